import type { Fields } from '../fields.ts'
import { type Column, changed } from '../measures.ts'

/**
 * x_t - x_(t+1), the Delta mechanism of arXiv 2410.15115: the last step but one keeps its value and the last, which
 * the outcome pays for, gets 0. What is still to come from step t on sums to x_t, and a trajectory to x_0, however long
 * it is (0 where it is one step): with a clip before it, the sum stays within the clip's bounds.
 */
export interface Delta {
  readonly kind: 'delta'
}

export const DELTA_FIELDS = ['kind']

/** There is nothing to be said beyond the kind. */
export const readDelta = (_fields: Fields): Delta => ({ kind: 'delta' })

export const delta = (columns: readonly Column[]): readonly Column[] =>
  changed(columns, (values) =>
    values.map((value, at) => {
      if (at === values.length - 1) return value === null ? null : 0
      const next = at === values.length - 2 ? 0 : (values[at + 1] ?? null)
      return value === null || next === null ? null : value - next
    }),
  )
