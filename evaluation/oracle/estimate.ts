import { type IntervalSettings, intervalOf } from './interval.ts'

/** A mean over play-outs, with the interval that holds the true one at the stated rate. */
export interface Estimate {
  /** Mean of what is known; null where nothing is. */
  readonly value: number | null
  /** Why the value is null. */
  readonly reason: string | null
  readonly low: number
  readonly high: number
  /** Values it is the mean of. */
  readonly count: number
  /** Values that are missing because a play-out was aborted; the bounds allow for every possible value of them. */
  readonly missing: number
}

/**
 * @param values Returns of the play-outs; null for one that failed.
 * @param reason Why values are null.
 * @throws GymError CONFIG_INVALID as `intervalOf`
 */
export function estimateOf(
  values: readonly (number | null)[],
  reason: string | null,
  settings: IntervalSettings,
): Estimate {
  const known = values.filter((value) => value !== null)
  const bounds = intervalOf(values, settings)
  const count = known.length
  const missing = values.length - count
  if (count === 0) return { value: null, reason: reason ?? NONE, ...bounds, count, missing }
  return { value: known.reduce((sum, value) => sum + value, 0) / count, reason: null, ...bounds, count, missing }
}

const NONE = 'no play-out was made: the budget was spent'
