import { normalised } from '../../estimator/statistics.ts'
import { NO_GROUP } from '../../grouping/grouping.ts'
import type { Fields } from '../fields.ts'
import { type Column, changed } from '../measures.ts'

/**
 * (x - mean) / (std + epsilon) of all known values of a group of trajectories, or of the batch; std with Bessel's
 * correction. Equal values, and one value alone, get 0.
 */
export interface ZScore {
  readonly kind: 'z-score'
  readonly over: 'group' | 'batch'
  /** From 1e-12. @default 1e-6 */
  readonly epsilon?: number
}

export const Z_SCORE_FIELDS = ['kind', 'over', 'epsilon']

export const readZScore = (fields: Fields): ZScore => ({
  kind: 'z-score',
  over: fields.oneOf('over', ['group', 'batch']),
  ...(fields.has('epsilon') && { epsilon: fields.numberWithin('epsilon', 1e-12, Infinity) }),
})

export function zScore({ over, epsilon = 1e-6 }: ZScore, columns: readonly Column[]): readonly Column[] {
  const cells = columns.flatMap(({ subject, measures }) =>
    measures.values.map((value) => ({ value, group: over === 'batch' ? '' : subject.group })),
  )
  const numbers = new Map([...new Set(cells.map(({ group }) => group))].map((group, at) => [group, at]))
  const ids = Int32Array.from(cells, ({ value, group }) => (value === null ? NO_GROUP : (numbers.get(group) ?? 0)))
  const values = Float64Array.from(cells, ({ value }) => value ?? 0)
  const rule = { norm: 'mean_std_norm', epsilon, single: 'zero' } as const
  const scores = normalised({ ids, count: numbers.size }, values, rule)
  let next = 0
  return changed(columns, (before) => before.map((value) => withNull(value, scores[next++] ?? 0)))
}

const withNull = (before: number | null, score: number): number | null => (before === null ? null : score)
