import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'

/** `reference`: numbers are compared to the last bit, as released code does. `paper`: rounding is not a difference. */
export type Mode = 'paper' | 'reference'

/** Share of a group's largest value by which equal values may differ: what sums of 500 terms can lose, each at most 2^-53. */
export const ROUNDING = 2 ** -44

/** A difference of two values; in paper mode 0 where it is within the rounding of `largest`, from 0. */
export const settled = (difference: number, largest: number, mode: Mode): number =>
  mode === 'paper' && Math.abs(difference) <= ROUNDING * largest ? 0 : difference

/** Differences of the values of rows, settled by the largest value of each group. */
export function settledRows(
  { ids }: Grouping,
  differences: Float64Array,
  largest: Float64Array,
  mode: Mode,
): Float64Array {
  return differences.map((difference, row) => settled(difference, largest[ids[row] ?? NO_GROUP] ?? 0, mode))
}

/** A column of a weighted sum. */
export interface Term {
  readonly values: Float64Array
  /** @default 1 */
  readonly weight?: number
}

/** Weighted sums of columns, row by row; in paper mode 0 where a sum is within the rounding of its largest term. */
export function weightedSums(terms: readonly Term[], mode: Mode): Float64Array {
  const sums = new Float64Array(terms[0]?.values.length ?? 0)
  const largest = new Float64Array(sums.length)
  for (const { values, weight = 1 } of terms)
    for (let row = 0; row < sums.length; row++) {
      const part = weight * (values[row] ?? 0)
      sums[row] = (sums[row] ?? 0) + part
      largest[row] = Math.max(largest[row] ?? 0, Math.abs(part))
    }
  return sums.map((sum, row) => settled(sum, largest[row] ?? 0, mode))
}

/** Greatest absolute value of each group over all columns; 0 without members. */
export function largestOf({ ids, count }: Grouping, ...columns: readonly Float64Array[]): Float64Array {
  const largest = new Float64Array(count)
  for (const values of columns)
    for (let row = 0; row < ids.length; row++) {
      const group = ids[row] ?? NO_GROUP
      if (group === NO_GROUP) continue
      const size = Math.abs(values[row] ?? 0)
      if (size > (largest[group] ?? 0)) largest[group] = size
    }
  return largest
}

/** Least and greatest value of each group; Infinity and -Infinity without members. */
export function boundsOf({ ids, count }: Grouping, values: Float64Array) {
  const least = new Float64Array(count).fill(Infinity)
  const greatest = new Float64Array(count).fill(-Infinity)
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP) continue
    least[group] = Math.min(least[group] ?? 0, values[row] ?? 0)
    greatest[group] = Math.max(greatest[group] ?? 0, values[row] ?? 0)
  }
  return { least, greatest }
}
