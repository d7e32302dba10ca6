import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { type Mode, ROUNDING, settled } from './rounding.ts'

/** Mean and spread of each group's members. */
export interface Moments {
  readonly sizes: Int32Array
  readonly means: Float64Array
  /** Standard deviations; NaN for what has too few members. */
  readonly deviations: Float64Array
}

export interface MomentsOptions {
  /** Taken off the number of members under the variance: 1 for Bessel's, 0 for the population's. @default 1 */
  readonly correction?: 0 | 1
  /** Rows that count; all where absent. */
  readonly isMember?: Uint8Array
  /** @default 'paper' */
  readonly mode?: Mode
}

/**
 * Two passes in float64, in units in which no square leaves its range: 1e200, 0, 0 have the deviation 5.77e199. A mean
 * is held within its group's least and greatest value, so that equal members differ from it by exactly 0. In paper mode
 * the second pass corrects the mean of the first for rounding, a mean that is 0 within rounding (`ROUNDING`) of the
 * largest member is 0, and members that are equal within it have the deviation 0.
 */
export function momentsOf(grouping: Grouping, values: Float64Array, options: MomentsOptions = {}): Moments {
  const { sizes, means, deviations, factors } = scaledMoments(grouping, values, options)
  if (factors)
    for (let group = 0; group < factors.length; group++) {
      means[group] = (means[group] ?? 0) / (factors[group] ?? 1)
      deviations[group] = (deviations[group] ?? 0) / (factors[group] ?? 1)
    }
  return { sizes, means, deviations }
}

/** Moments of values times their group's factor, a power of two. */
export interface ScaledMoments {
  readonly sizes: Int32Array
  readonly means: Float64Array
  readonly deviations: Float64Array
  /** Null where all are 1. */
  readonly factors: Float64Array | null
  /** Differences from the mean up to it are rounding. */
  readonly tolerances: Float64Array
}

export function scaledMoments(
  grouping: Grouping,
  values: Float64Array,
  { correction = 1, isMember, mode = 'paper' }: MomentsOptions,
): ScaledMoments {
  const { sizes, least, greatest, sums } = tallied(grouping, values, isMember)
  const factors = factorsOf(sizes, least, greatest)
  const means = factors ? scaledSums(grouping, values, factors, isMember) : sums
  for (let group = 0; group < means.length; group++)
    means[group] = within(
      (means[group] ?? 0) / (sizes[group] ?? 0),
      (least[group] ?? 0) * (factors?.[group] ?? 1),
      (greatest[group] ?? 0) * (factors?.[group] ?? 1),
    )
  const { shifts, squares } = spreadOf(grouping, values, means, factors, isMember)
  const tolerances = new Float64Array(means.length)
  for (let group = 0; group < means.length; group++) {
    const [size, factor] = [sizes[group] ?? 0, factors?.[group] ?? 1]
    const [low, high] = [(least[group] ?? 0) * factor, (greatest[group] ?? 0) * factor]
    if (mode === 'paper' && size > 0) {
      const shift = (shifts[group] ?? 0) / size
      const largest = Math.max(Math.abs(low), Math.abs(high))
      const tolerance = ROUNDING * largest
      means[group] = settled(within((means[group] ?? 0) + shift, low, high), largest, mode)
      squares[group] = high - low <= tolerance ? 0 : Math.max(0, (squares[group] ?? 0) - size * shift * shift)
      tolerances[group] = tolerance
    }
    squares[group] = Math.sqrt((squares[group] ?? 0) / (size - correction))
  }
  return { sizes, means, deviations: squares, factors, tolerances }
}

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

function tallied({ ids, count }: Grouping, values: Float64Array, isMember: Uint8Array | undefined) {
  const [sizes, sums] = [new Int32Array(count), new Float64Array(count)]
  const [least, greatest] = [new Float64Array(count).fill(Infinity), new Float64Array(count).fill(-Infinity)]
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || (isMember && !isMember[row])) continue
    const value = values[row] ?? 0
    sums[group] = (sums[group] ?? 0) + value
    sizes[group] = (sizes[group] ?? 0) + 1
    if (value < (least[group] ?? 0)) least[group] = value
    if (value > (greatest[group] ?? 0)) greatest[group] = value
  }
  return { sizes, sums, least, greatest }
}

/** Values between 2^-400 and 2^400 in size are left as they are. */
const RANGE = 400

/** Powers of two that bring the largest value of a group near 1, where its squares would leave the range of numbers. */
function factorsOf(sizes: Int32Array, least: Float64Array, greatest: Float64Array): Float64Array | null {
  let factors: Float64Array | null = null
  for (let group = 0; group < sizes.length; group++) {
    if (sizes[group] === 0) continue
    const largest = Math.max(Math.abs(least[group] ?? 0), Math.abs(greatest[group] ?? 0))
    if (largest === 0 || (largest < 2 ** RANGE && largest > 2 ** -RANGE)) continue
    factors ??= new Float64Array(sizes.length).fill(1)
    factors[group] = 2 ** within(-Math.floor(Math.log2(largest)), -1000, 1000)
  }
  return factors
}

function scaledSums(
  { ids, count }: Grouping,
  values: Float64Array,
  factors: Float64Array,
  isMember: Uint8Array | undefined,
): Float64Array {
  const sums = new Float64Array(count)
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || (isMember && !isMember[row])) continue
    sums[group] = (sums[group] ?? 0) + (values[row] ?? 0) * (factors[group] ?? 1)
  }
  return sums
}

/** Sums of differences from the mean, and of their squares. */
function spreadOf(
  { ids, count }: Grouping,
  values: Float64Array,
  means: Float64Array,
  factors: Float64Array | null,
  isMember: Uint8Array | undefined,
) {
  const [shifts, squares] = [new Float64Array(count), new Float64Array(count)]
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || (isMember && !isMember[row])) continue
    const value = factors ? (values[row] ?? 0) * (factors[group] ?? 1) : (values[row] ?? 0)
    const difference = value - (means[group] ?? 0)
    shifts[group] = (shifts[group] ?? 0) + difference
    squares[group] = (squares[group] ?? 0) + difference * difference
  }
  return { shifts, squares }
}

/** How values are centred and scaled. */
export interface NormalisedOptions extends MomentsOptions {
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** What a group of one gets: 0, or, as in verl, its value with mean 0 and deviation 1. */
  readonly single: 'zero' | 'value'
}

/**
 * (value - mean) / (deviation + epsilon) within each group, or value - mean; 0 for rows that take no part, and in paper
 * mode for values that are their group's mean within rounding.
 */
export function normalised(grouping: Grouping, values: Float64Array, options: NormalisedOptions): Float64Array {
  const { means, factors, tolerances, ...moments } = scaledMoments(grouping, values, options)
  const scales = scalesOf(moments, factors, options)
  if (options.single === 'value')
    for (let group = 0; group < means.length; group++) if (moments.sizes[group] === 1) means[group] = 0
  const result = new Float64Array(values.length)
  for (let row = 0; row < result.length; row++) {
    const group = grouping.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) continue
    const value = factors ? (values[row] ?? 0) * (factors[group] ?? 1) : (values[row] ?? 0)
    const difference = value - (means[group] ?? 0)
    if (Math.abs(difference) > (tolerances[group] ?? 0)) result[row] = difference / (scales[group] ?? 1)
  }
  return result
}

/** What differences are divided by. With epsilon 0, members that are all equal are all 0 from their mean: 1. */
function scalesOf(
  { sizes, deviations }: Pick<ScaledMoments, 'sizes' | 'deviations'>,
  factors: Float64Array | null,
  { norm, epsilon }: Pick<NormalisedOptions, 'norm' | 'epsilon'>,
): Float64Array {
  const scales = new Float64Array(sizes.length)
  for (let group = 0; group < sizes.length; group++) {
    const factor = factors?.[group] ?? 1
    const spread = sizes[group] === 1 ? factor : (deviations[group] ?? 0)
    scales[group] = norm === 'mean_norm' ? factor : spread + epsilon * factor || 1
  }
  return scales
}
