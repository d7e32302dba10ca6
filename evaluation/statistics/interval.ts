import { incompleteBeta, inverseOf } from './beta.ts'

/** Estimate, and bounds that contain the true value in the stated share of repetitions. */
export interface Estimated {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** How often an interval should hold the truth. */
export const CONFIDENCE = 0.95

/**
 * Quantile of Student's t.
 * @param probability Above 0.5 and below 1.
 * @param freedom Degrees of freedom, at least 1.
 */
export function studentQuantile(probability: number, freedom: number): number {
  const tail = (t: number): number => 1 - incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
  return inverseOf(tail, probability, 0, 1e6)
}

/**
 * The mean of independent values with Student's interval; null of fewer than two.
 * For means of many: where single values are rare events of a small sample, use the oracle's intervals.
 */
export function meanInterval(values: readonly number[], confidence = CONFIDENCE): Estimated | null {
  const count = values.length
  if (count < 2) return null
  const mean = values.reduce((a, b) => a + b, 0) / count
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return around(mean, Math.sqrt(variance / count), count - 1, confidence)
}

/** The same over what is known. */
export const knownMeanInterval = (values: readonly (number | null)[]): Estimated | null =>
  meanInterval(values.filter((value) => value !== null))

/**
 * Delete-one jackknife of a statistic of blocks (Efron & Stein, "The jackknife estimate of variance", 1981).
 * @param whole The statistic of all blocks.
 * @param parts The statistic without each block in turn, at least two.
 */
export function jackknifeInterval(whole: number, parts: readonly number[], confidence = CONFIDENCE): Estimated | null {
  const count = parts.length
  if (count < 2) return null
  const mean = parts.reduce((a, b) => a + b, 0) / count
  const variance = ((count - 1) / count) * parts.reduce((sum, part) => sum + (part - mean) ** 2, 0)
  return around(whole, Math.sqrt(variance), count - 1, confidence)
}

function around(value: number, error: number, freedom: number, confidence: number): Estimated {
  const reach = studentQuantile((1 + confidence) / 2, freedom) * error
  return { value, low: value - reach, high: value + reach }
}
