import { largestOf } from '../../../rewards/estimator/rounding.ts'
import { momentsOf } from '../../../rewards/estimator/statistics.ts'
import { type Grouping, NO_GROUP } from '../../../rewards/grouping/grouping.ts'
import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** What every value may be off by, absolute. */
const TOLERANCE = 1e-4

/**
 * Roundings of float32 between a record's rewards and an advantage: one a step of a return, of some 50 steps at most,
 * and a dozen for the mean, the deviation and the quotient. Each changes a value by at most 2^-24 of its size.
 */
const ROUNDING = 64 * 2 ** -24

/** Values that an advantage is made of, centred and divided within groups. */
export interface Part {
  readonly values: ArrayLike<number>
  /** Groups of the values; those of no group have no part. */
  readonly groups: Grouping
  /** What differences are divided by. @default 1 */
  readonly scale?: (group: GroupMoments) => number
  /** Taken off the number of values under the variance. @default 1 */
  readonly correction?: 0 | 1
  /** @default 1 */
  readonly weight?: number
  /** How far float32 may be off in the values themselves, where they are results too. */
  readonly before?: ArrayLike<number>
}

export interface GroupMoments {
  readonly group: number
  readonly size: number
  readonly mean: number
  /** 1 for a group of one, as references have it. */
  readonly deviation: number
}

/** deviation + epsilon, or 1. */
export const overDeviation =
  (epsilon: number, norm = 'mean_std_norm') =>
  ({ deviation }: GroupMoments): number =>
    norm === 'mean_norm' ? 1 : deviation + epsilon

/** Root of variance + epsilon. */
export const overRoot =
  (epsilon = 1e-8) =>
  ({ deviation }: GroupMoments): number =>
    Math.sqrt(deviation * deviation + epsilon)

/**
 * How far float32 may be off in each value: c 2^-24 max|v| / (std + epsilon), summed over parts. A rounding changes a
 * value by at most 2^-24 of its size, and dividing by what is left of a group's differences enlarges that. Where all of
 * a group are equal it is all that there is.
 */
export function float32Noise(parts: readonly Part[]): Float64Array {
  const noise = new Float64Array(Math.max(0, ...parts.map(({ values }) => values.length)))
  for (const part of parts) {
    const { groups, weight = 1 } = part
    const scales = divisorsOf(part)
    const sizes = sizesOf(part)
    groups.ids.forEach((group, at) => {
      if (group === NO_GROUP) return
      noise[at] = (noise[at] ?? 0) + (Math.abs(weight) * (sizes[group] ?? 0)) / (scales[group] ?? 1)
    })
  }
  return noise
}

/** What each group is divided by. */
export function divisorsOf({ values, groups, scale = () => 1, correction = 1 }: Part): readonly number[] {
  const { sizes, means, deviations } = momentsOf(groups, Float64Array.from(values), { correction, mode: 'reference' })
  return Array.from(sizes, (size, group) =>
    scale({ group, size, mean: means[group] ?? 0, deviation: size === 1 ? 1 : deviations[group] || 0 }),
  )
}

/** The rounding of each group's largest value, and what its values may be off by already. */
function sizesOf({ values, groups, before = [] }: Part): Float64Array {
  const inherited = largestOf(
    groups,
    Float64Array.from({ length: values.length }, (_, at) => before[at] ?? 0),
  )
  return largestOf(groups, Float64Array.from(values)).map((size, group) => ROUNDING * size + (inherited[group] ?? 0))
}

/** Groups of items with equal keys; null is in none. */
export function groupedBy(keys: readonly (string | number | null)[]): Grouping {
  const numbers = new Map<string | number, number>()
  const ids = Int32Array.from(keys, (key) => {
    if (key === null) return NO_GROUP
    const number = numbers.get(key) ?? numbers.size
    numbers.set(key, number)
    return number
  })
  return { ids, count: numbers.size }
}

/** All items in one group; without those whose mark is 0. */
export const together = (marks: ArrayLike<number>): Grouping => ({
  ids: Int32Array.from(marks, (mark) => (mark ? 0 : NO_GROUP)),
  count: 1,
})

/** Values that float32 rounds, and does nothing else to. */
export const rounded = (values: ArrayLike<number>): Part => ({
  values,
  groups: { ids: Int32Array.from({ length: values.length }, (_, at) => at), count: values.length },
})

/**
 * Holds what a reference printed in float32 against ours in float64: the one bound of all families, 1e-4 and the noise.
 * Where the reference has "NaN", ours has no value, or one that the unknown had no part in.
 * @param ours Numbers, however deep; null where ours has no value.
 * @param noise of each number, from the first to the last
 * @throws VerifyMismatch
 */
export function expectFloat32(record: VectorRecord, name: string, ours: unknown, noise: ArrayLike<number>): void {
  let at = 0
  const compare = (path: string, value: unknown, own: unknown): void => {
    if (Array.isArray(value) && Array.isArray(own)) {
      if (value.length !== own.length) throw new VerifyMismatch(`${path}.length`, value.length, own.length)
      value.forEach((item: unknown, index) => {
        compare(`${path}[${index}]`, item, own[index])
      })
    } else if (!isNear(value, own, TOLERANCE + (noise[at++] ?? 0))) throw new VerifyMismatch(path, value, own)
  }
  compare(`${record.path}.${name}`, record.at(name), ours)
}

function isNear(value: unknown, own: unknown, bound: number): boolean {
  if (value === 'NaN') return own === null || Number.isFinite(own)
  return typeof value === 'number' && typeof own === 'number' && Math.abs(value - own) <= bound
}

/** Ours of a field, with the noise of each of its numbers. */
export interface Float32Field {
  readonly ours: unknown
  readonly noise: ArrayLike<number>
}

/** Compares all that was recorded in float32, where it was. @throws VerifyMismatch also for a field without ours. */
export function expectFloat32Fields(record: VectorRecord, fields: Readonly<Record<string, Float32Field>>): void {
  if (!record.has('expected_f32')) return
  const float32 = record.object('expected_f32').only(Object.keys(fields))
  for (const name of float32.names) expectFloat32(float32, name, fields[name]?.ours, fields[name]?.noise ?? [])
}
