import {
  type EarliestError,
  earliestErrorScores,
  firstBelow,
  type ThresholdScores,
  thresholdSweep,
} from './earliest-error.ts'

/** A solution with what a signal says of each step, and its label. */
export interface LabelledRewards {
  /** One a step. */
  readonly rewards: readonly number[]
  readonly label: EarliestError
}

/** How well the first step below a threshold is the first wrong one. */
export interface FirstErrorScores {
  /** Solutions whose steps all have a reward. */
  readonly solutions: number
  /** Scores by threshold, rising. */
  readonly sweep: readonly ThresholdScores[]
  /** The threshold with the greatest F1, the first of several; null where no F1 is known. */
  readonly best: ThresholdScores | null
}

/** Most thresholds of rewards that are not from 0 to 1. */
const MOST_THRESHOLDS = 100

/**
 * Sweep of thresholds: ProcessBench's twenty where all rewards are from 0 to 1; else the rewards themselves, evenly chosen
 * where there are more than 100, and a threshold above them all. The best threshold is chosen on the solutions that it is
 * measured on: compare signals by it, and do not report it as accuracy on others.
 */
export function firstErrorScores(solutions: readonly LabelledRewards[]): FirstErrorScores {
  const rewards = solutions.flatMap((each) => each.rewards)
  const isShare = rewards.every((reward) => reward >= 0 && reward <= 1)
  const sweep = isShare ? thresholdSweep(solutions) : swept(solutions, thresholdsOf(rewards))
  return { solutions: solutions.length, sweep, best: bestOf(sweep) }
}

function thresholdsOf(rewards: readonly number[]): readonly number[] {
  const different = [...new Set(rewards)].toSorted((a, b) => a - b)
  const count = Math.min(different.length, MOST_THRESHOLDS)
  const chosen = Array.from({ length: count }, (_, at) => different[Math.floor((at * different.length) / count)] ?? 0)
  const above = (different.at(-1) ?? 0) + 1
  return [...chosen, above]
}

function swept(solutions: readonly LabelledRewards[], thresholds: readonly number[]): readonly ThresholdScores[] {
  const labels = solutions.map(({ label }) => label)
  return thresholds.map((threshold) => ({
    threshold,
    ...earliestErrorScores(
      labels,
      solutions.map((each) => firstBelow(each.rewards, threshold)),
    ),
  }))
}

const bestOf = (sweep: readonly ThresholdScores[]): ThresholdScores | null =>
  sweep.reduce<ThresholdScores | null>(
    (best, each) => (each.f1 !== null && (best?.f1 == null || each.f1 > best.f1) ? each : best),
    null,
  )
