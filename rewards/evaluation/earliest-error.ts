/** Position of the first wrong step of a solution, from 0; -1 where every step is right. */
export type EarliestError = number

/** How well the first wrong step is found. Shares from 0 to 1. */
export interface EarliestErrorScores {
  /** Share of the wrong solutions whose first wrong step was found exactly; null without any. */
  readonly errorAccuracy: number | null
  /** Share of the right solutions that were called right; null without any. */
  readonly correctAccuracy: number | null
  /** Harmonic mean of both, 0 where both are 0; null where one is. */
  readonly f1: number | null
}

/**
 * Scores of predictions (ProcessBench, arXiv 2412.06559; QwenLM/ProcessBench `code/run_eval.py`). A prediction that is
 * missing is a miss. The reference divides 0 by 0 where both accuracies are 0; F1 is 0 here.
 * @param labels one a solution
 * @param predictions one a solution; null where there is none
 */
export function earliestErrorScores(
  labels: readonly EarliestError[],
  predictions: readonly (EarliestError | null)[],
): EarliestErrorScores {
  const accuracy = (isOfClass: (label: EarliestError) => boolean): number | null =>
    meanOf(labels.flatMap((label, at) => (isOfClass(label) ? [Number(predictions[at] === label)] : [])))
  const errorAccuracy = accuracy((label) => label !== -1)
  const correctAccuracy = accuracy((label) => label === -1)
  return { errorAccuracy, correctAccuracy, f1: harmonicMean(errorAccuracy, correctAccuracy) }
}

function harmonicMean(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null
  return a + b === 0 ? 0 : (2 * a * b) / (a + b)
}

/** First step whose reward is below a threshold; -1 where none is. */
export const firstBelow = (rewards: readonly number[], threshold: number): EarliestError =>
  rewards.findIndex((reward) => reward < threshold)

/** Scores of the rule that the first step below a threshold is the first wrong one. */
export interface ThresholdScores extends EarliestErrorScores {
  readonly threshold: number
}

/**
 * Scores for thresholds from 0, below 1 (yyDing1/SCAN-PRM `src/eval_prm/main_pb.py`). Each threshold is the one before
 * plus the width, in floating point, as there: the twentieth of width 0.05 is 0.9500000000000003.
 * @param solutions rewards of the steps and label, one a solution
 * @param width above 0
 */
export function thresholdSweep(
  solutions: readonly { readonly rewards: readonly number[]; readonly label: EarliestError }[],
  width = 0.05,
): readonly ThresholdScores[] {
  const labels = solutions.map(({ label }) => label)
  const rows: ThresholdScores[] = []
  for (let threshold = 0; threshold < 1; threshold += width) {
    const predictions = solutions.map(({ rewards }) => firstBelow(rewards, threshold))
    rows.push({ threshold, ...earliestErrorScores(labels, predictions) })
  }
  return rows
}

/**
 * First wrong step that critiques name: the integer in the last `\boxed{}` of a critique; of several critiques, the box
 * that most have, the first met where several do (boxes are compared as texts, so that 3 and 03 differ).
 * @returns null where no critique has a box, or the box that was chosen holds no integer.
 */
export function criticPrediction(critiques: readonly string[]): EarliestError | null {
  const chosen = mostCommon(critiques.flatMap((critique) => boxIn(critique) ?? []))
  return chosen !== null && INTEGER.test(chosen) ? Number(chosen.replaceAll('_', '')) : null
}

/** What Python reads as an integer. */
const INTEGER = /^[+-]?\d+(_\d+)*$/

const boxIn = (critique: string): string | null =>
  [...critique.matchAll(/\\boxed\{([^}]*)\}/g)].at(-1)?.[1]?.trim() ?? null

/** Most frequent text, the first met where several are; null for none. */
export function mostCommon(texts: readonly string[]): string | null {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return greatestOf(counts)
}

/** Name with the greatest value, the first met where several have it; null for none. */
export function greatestOf(values: ReadonlyMap<string, number>): string | null {
  let best: readonly [string, number] | null = null
  for (const entry of values) if (best === null || entry[1] > best[1]) best = entry
  return best?.[0] ?? null
}

/** Null for none. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
