import type { Sample } from '../sample.ts'

/** What an estimator said of one sample. */
export interface Estimates {
  readonly sample: Sample
  readonly advantages: Float64Array
  /** 0 for rows that have no advantage. */
  readonly mask: Uint8Array
}

/** Estimates and truth of the rows that have an advantage. */
export interface Paired {
  readonly estimates: Float64Array
  readonly truth: Float64Array
}

export function pairedRows({ sample, advantages, mask }: Estimates): Paired {
  if (!mask.includes(0)) return { estimates: advantages, truth: sample.truth }
  const isUsed = (_: number, row: number): boolean => mask[row] === 1
  return { estimates: advantages.filter(isUsed), truth: sample.truth.filter(isUsed) }
}

/** The function, which computes once for each object that it is given. */
export function rememberedOf<Key extends object, Value extends object>(of: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    const value = known.get(key) ?? of(key)
    known.set(key, value)
    return value
  }
}
