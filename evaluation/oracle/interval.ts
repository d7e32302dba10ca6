import { GymError } from '../../core/data/errors.ts'
import { incompleteBeta, inverseOf } from '../statistics/beta.ts'
import { bets, wealthAbove } from './betting.ts'

/** What a return can be. Intervals rest on it, and on nothing else. */
export interface ReturnRange {
  readonly low: number
  readonly high: number
  /** Nothing between the two. @default false */
  readonly isTwoValued?: boolean
}

/** Success or not, and anything between. */
export const DEFAULT_RANGE: ReturnRange = { low: 0, high: 1 }

/** Bounds of a mean. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** How an interval is found; chosen before a value is seen, for a choice by what came would spoil the guarantee. */
export type IntervalMethod = 'betting' | 'clopper-pearson'

/** Settings of an interval: range, confidence, method. */
export interface IntervalSettings {
  readonly range: ReturnRange
  /** How often the interval should hold the mean, above 0 and below 1. */
  readonly confidence: number
  /** Values there will be at most. */
  readonly planned: number
  readonly method: IntervalMethod
}

/**
 * Clopper-Pearson is exact, and narrower, where values are two, and where their number does not depend on what they
 * are; a budget of steps makes it depend, for play-outs that fail often take longer.
 */
export const methodFor = ({ isTwoValued = false }: ReturnRange, mayStopEarly: boolean): IntervalMethod =>
  isTwoValued && !mayStopEarly ? 'clopper-pearson' : 'betting'

/** @throws GymError CONFIG_INVALID for an invalid range. */
export function expectRange({ low, high }: ReturnRange): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low < high) return
  throw new GymError('CONFIG_INVALID', `a range of returns is two numbers, the lower first, not ${low} to ${high}`)
}

/** The range of differences of two returns. */
export const differenceRange = ({ low, high }: ReturnRange): ReturnRange => ({ low: low - high, high: high - low })

/**
 * An interval for the mean of independent values within a range. It holds the mean with at least the stated
 * probability, for every distribution and every number of values. It is two bounds that are wrong with half the
 * probability each:
 * - `betting`: the hedged capital interval (Waudby-Smith & Ramdas 2024, see `bets`), which may stop after any value;
 * - `clopper-pearson`: the exact bounds of a binomial (Clopper & Pearson, Biometrika 26, 1934).
 * @param values Null where one is missing: it is the lowest for the lower bound and the highest for the upper.
 * @throws GymError CONFIG_INVALID for a value outside the range.
 */
export function intervalOf(values: readonly (number | null)[], settings: IntervalSettings): Interval {
  const { low, high } = settings.range
  const shares = values.map((value) => (value === null ? null : shareOf(value, settings.range)))
  const width = high - low
  const lower = lowerBound(
    shares.map((share) => share ?? 0),
    settings,
  )
  const upper = lowerBound(
    shares.map((share) => (share === null ? 0 : 1 - share)),
    settings,
  )
  return { low: low + width * lower, high: high - width * upper }
}

const lowerBound = (shares: readonly number[], settings: IntervalSettings): number =>
  settings.method === 'betting' ? bettingBound(shares, settings) : binomialBound(shares, settings)

const ROUNDS = 40

function bettingBound(shares: readonly number[], { confidence, planned }: IntervalSettings): number {
  const error = (1 - confidence) / 2
  const stakes = bets(shares, planned, error)
  const enough = Math.log(1 / error)
  let [low, high] = [0, 1]
  for (let round = 0; round < ROUNDS; round++) {
    const middle = (low + high) / 2
    if (wealthAbove(shares, stakes, middle) >= enough) low = middle
    else high = middle
  }
  return low
}

/** Probability under which this number of successes or more has half the error. */
function binomialBound(shares: readonly number[], { confidence }: IntervalSettings): number {
  const successes = shares.reduce((sum, share) => sum + share, 0)
  if (successes === 0) return 0
  const failures = shares.length - successes
  return inverseOf((p) => incompleteBeta(p, successes, failures + 1), (1 - confidence) / 2, 0, 1)
}

/** What rounding may add to a sum of rewards, as a share of the range. */
const ROUNDING = 1e-9

/** Where a value lies in its range, from 0 to 1. @throws GymError CONFIG_INVALID where it lies outside. */
export function shareOf(value: number, { low, high, isTwoValued = false }: ReturnRange): number {
  const share = (value - low) / (high - low)
  if (share < -ROUNDING || share > 1 + ROUNDING || Number.isNaN(share)) throw outside(value, `${low} to ${high}`)
  if (!isTwoValued) return Math.min(1, Math.max(0, share))
  const nearest = Math.round(share)
  if (Math.abs(share - nearest) > ROUNDING) throw outside(value, `${low} and ${high}, which are said to be all`)
  return nearest
}

const outside = (value: number, range: string): GymError =>
  new GymError(
    'CONFIG_INVALID',
    `a return of ${value} is outside ${range}: give the range of returns, without it no interval holds`,
  )
