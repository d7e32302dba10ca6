import { ranksOf } from '../credit/ranks.ts'
import { meanOf } from './earliest-error.ts'

/** How good probabilities are as predictions of what was right. */
export interface ProbabilityScores {
  /** Brier score: mean squared distance from what happened, 0 (best) to 1. */
  readonly brier: number
  /** Expected calibration error over bins of equal width, 0 (best) to 1. */
  readonly calibrationError: number
  /** Area under the curve of true over false positives: how often a right one is above a wrong one; null for one class. */
  readonly auroc: number | null
}

/** A probability from 0 to 1, and whether what it says happened. */
export interface Predicted {
  readonly probability: number
  readonly happened: boolean
}

/**
 * Scores as damanimehul/RLCR `eval/eval_utils.py` computes them. Bins are closed on the left, the last one on both sides,
 * and begin at multiples of 1 / bins in floating point: 0.3 is below 3 * 0.1.
 * @returns null without a prediction
 */
export function probabilityScores(predictions: readonly Predicted[], bins = 10): ProbabilityScores | null {
  const brier = meanOf(predictions.map(({ probability, happened }) => (probability - Number(happened)) ** 2))
  if (brier === null) return null
  return { brier, calibrationError: calibrationError(predictions, bins), auroc: aurocOf(predictions) }
}

function calibrationError(predictions: readonly Predicted[], bins: number): number {
  const members = Array.from({ length: bins }, (): Predicted[] => [])
  for (const each of predictions) members[binOf(each.probability, bins)]?.push(each)
  const gap = (inside: readonly Predicted[]): number =>
    (meanOf(inside.map(({ probability }) => probability)) ?? 0) -
    (meanOf(inside.map(({ happened }) => Number(happened))) ?? 0)
  return members.reduce((sum, inside) => sum + (inside.length / predictions.length) * Math.abs(gap(inside)), 0)
}

function binOf(probability: number, bins: number): number {
  const width = 1 / bins
  let bin = bins - 1
  while (bin > 0 && probability < bin * width) bin--
  return bin
}

/** By ranks (Mann-Whitney): ties count one half. Null where all are right, or all wrong. */
export function aurocOf(
  predictions: readonly { readonly probability: number; readonly happened: boolean }[],
): number | null {
  const ranks = ranksOf(Float64Array.from(predictions, ({ probability }) => probability))
  const right = predictions.flatMap(({ happened }, at) => (happened ? [ranks[at] ?? 0] : []))
  const wrong = predictions.length - right.length
  if (right.length === 0 || wrong === 0) return null
  const sum = right.reduce((total, rank) => total + rank, 0)
  return (sum - (right.length * (right.length + 1)) / 2) / (right.length * wrong)
}
