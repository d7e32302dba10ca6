import { slotOf } from './hashing.ts'

/**
 * Sparse binary features of the admissible actions of one state: action i has the features `slots[starts[i]]` to
 * `slots[starts[i + 1] - 1]`, each a number from 0 to below the count of features.
 */
export interface FeatureRows {
  /** One more than there are actions, from 0. */
  readonly starts: Int32Array
  readonly slots: Int32Array
}

/** Rows of hashes, one an action, as features from 0 to below `count`. */
export function packed(hashes: readonly (readonly number[])[], count: number): FeatureRows {
  const starts = new Int32Array(hashes.length + 1)
  for (const [at, own] of hashes.entries()) starts[at + 1] = (starts[at] ?? 0) + own.length
  const slots = new Int32Array(starts[hashes.length] ?? 0)
  let next = 0
  for (const own of hashes) for (const hash of own) slots[next++] = slotOf(hash, count)
  return { starts, slots }
}
