import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'

/** Mean and spread of each group's members. */
export interface Moments {
  readonly sizes: Int32Array
  readonly means: Float64Array
  /** Standard deviations; NaN for what has too few members. */
  readonly deviations: Float64Array
}

/**
 * Two passes in float64. A mean is held within its group's least and greatest value, so that equal members differ
 * from it by exactly 0 (a rounded sum would not see to that).
 * @param isMember Rows that count; all where absent.
 * @param correction Taken off the number of members under the variance: 1 for Bessel's, 0 for the population's.
 */
export function momentsOf(
  { ids, count }: Grouping,
  values: Float64Array,
  { correction = 1, isMember }: { readonly correction?: 0 | 1; readonly isMember?: Uint8Array } = {},
): Moments {
  const sizes = new Int32Array(count)
  const means = boundedMeans({ ids, count }, values, sizes, isMember)
  const deviations = new Float64Array(count)
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || (isMember && !isMember[row])) continue
    const difference = (values[row] ?? 0) - (means[group] ?? 0)
    deviations[group] = (deviations[group] ?? 0) + difference * difference
  }
  for (let group = 0; group < count; group++)
    deviations[group] = Math.sqrt((deviations[group] ?? 0) / ((sizes[group] ?? 0) - correction))
  return { sizes, means, deviations }
}

function boundedMeans(
  { ids, count }: Grouping,
  values: Float64Array,
  sizes: Int32Array,
  isMember: Uint8Array | undefined,
): Float64Array {
  const sums = new Float64Array(count)
  const least = new Float64Array(count).fill(Infinity)
  const greatest = new Float64Array(count).fill(-Infinity)
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || (isMember && !isMember[row])) continue
    const value = values[row] ?? 0
    sums[group] = (sums[group] ?? 0) + value
    sizes[group] = (sizes[group] ?? 0) + 1
    if (value < (least[group] ?? 0)) least[group] = value
    if (value > (greatest[group] ?? 0)) greatest[group] = value
  }
  for (let group = 0; group < count; group++)
    sums[group] = Math.min(Math.max((sums[group] ?? 0) / (sizes[group] ?? 0), least[group] ?? 0), greatest[group] ?? 0)
  return sums
}

export interface NormalisedOptions {
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** @default 1 */
  readonly correction?: 0 | 1
  /** What a group of one gets: 0, or, as in verl, its value with mean 0 and deviation 1. */
  readonly single: 'zero' | 'value'
  readonly isMember?: Uint8Array
}

/** (value - mean) / (deviation + epsilon) within each group, or value - mean; 0 for rows that take no part. */
export function normalised(grouping: Grouping, values: Float64Array, options: NormalisedOptions): Float64Array {
  const { norm, epsilon, single } = options
  const { sizes, means, deviations } = momentsOf(grouping, values, options)
  // With epsilon 0, members that are all equal are all 0 from their mean: divide that by 1.
  const scales = deviations.map((deviation) => (norm === 'mean_norm' ? 1 : deviation + epsilon || 1))
  for (let group = 0; group < sizes.length; group++) {
    if (sizes[group] !== 1) continue
    if (single === 'value') means[group] = 0
    scales[group] = norm === 'mean_norm' ? 1 : 1 + epsilon
  }
  const result = new Float64Array(values.length)
  for (let row = 0; row < result.length; row++) {
    const group = grouping.ids[row] ?? NO_GROUP
    if (group !== NO_GROUP) result[row] = ((values[row] ?? 0) - (means[group] ?? 0)) / (scales[group] ?? 1)
  }
  return result
}
