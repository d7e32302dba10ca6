import { correlationOf, ranksOf } from '../../../rewards/credit/ranks.ts'
import { rootMeanSquare } from '../planted.ts'
import { type Paired, rememberedOf } from './estimates.ts'
import { dot } from './moments.ts'

/** Pearson's correlation of estimates and truth on one batch; null where either does not vary. */
export const correlation = ({ estimates, truth }: Paired): number | null => correlationOf(estimates, truth)

/** Spearman's. */
export const rankCorrelation = ({ estimates, truth }: Paired): number | null =>
  correlationOf(ranksOf(estimates), ranksOfTruth(truth))

/** The same for every estimator that credits all rows. */
const ranksOfTruth = rememberedOf((truth: Float64Array) => ranksOf(truth))

/** A truth below this share of its root mean square counts as small. */
const SMALL = 0.25

/**
 * Share of steps whose truth is not small that the estimate puts on the right side of 0; an estimate of 0 is on
 * neither. Null where all truths are small.
 */
export function signAccuracy({ estimates, truth }: Paired): number | null {
  const least = SMALL * rootMeanSquare(truth)
  let [right, count] = [0, 0]
  for (let row = 0; row < truth.length; row++) {
    const value = truth[row] ?? 0
    if (value === 0 || Math.abs(value) < least) continue
    count++
    if (value * (estimates[row] ?? 0) > 0) right++
  }
  return count > 0 ? right / count : null
}

/** The scale that brings estimates nearest to the truth, in squares; null where all estimates are 0. */
export function bestScale(pairs: readonly Paired[]): number | null {
  const squares = pairs.reduce((sum, { estimates }) => sum + dot(estimates, estimates), 0)
  return squares > 0 ? pairs.reduce((sum, { estimates, truth }) => sum + dot(estimates, truth), 0) / squares : null
}

/**
 * Mean squared error of scaled estimates, in units of the truth's own mean square: 0 is exact, 1 no better than 0
 * everywhere. Null where the truth is 0 throughout.
 */
export function squaredError({ estimates, truth }: Paired, scale: number): number | null {
  const unit = dot(truth, truth)
  if (unit === 0) return null
  let sum = 0
  for (let row = 0; row < truth.length; row++) sum += (scale * (estimates[row] ?? 0) - (truth[row] ?? 0)) ** 2
  return sum / unit
}
