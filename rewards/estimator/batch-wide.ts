import type { StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { PENALTY } from './options.ts'
import { firstRows, OUTCOME } from './outcome.ts'
import type { Mode } from './rounding.ts'
import type { Scope } from './scope.ts'
import { whitened } from './sequences.ts'
import { creditedUnits, rowMeans, type Units, unitsOf } from './units.ts'

/** Options of methods whose references charge nothing for invalid actions: that is an option here, and off. */
export const UNCHARGED_OUTCOME = { ...OUTCOME, invalidActionPenalty: { ...PENALTY, default: 0 } } as const

/** All marked rows as one group. */
export const wholeBatch = (mask: Uint8Array): Grouping => ({
  ids: Int32Array.from(mask, (isUsed) => (isUsed ? 0 : NO_GROUP)),
  count: 1,
})

/** Rows that count in statistics where each score counts once: one a trajectory, or every row that is a response. */
export const scoreMembers = (batch: StepBatch, { mask }: Scope, scoreOf: 'trajectory' | 'row'): Uint8Array =>
  scoreOf === 'row' ? mask : firstRows(batch, mask)

/** The scope without the rows that `keep` rejects, whose advantage is unknown. */
export function narrowed(scope: Scope, keep: (row: number) => boolean): Scope {
  const mask = scope.mask.map((isUsed, row) => (isUsed && keep(row) ? 1 : 0))
  const ids = scope.episodes.ids.map((group, row) => (mask[row] ? group : NO_GROUP))
  return { ...scope, mask, episodes: { ...scope.episodes, ids } }
}

/** Held within -bound and bound; 0 for no bound. */
export const clipped = (values: Float64Array, bound: number): Float64Array =>
  bound === 0 ? values : values.map((value) => Math.min(Math.max(value, -bound), bound))

/** Group of each trajectory; `NO_GROUP` for those that take no part. */
export function trajectoryGroups({ trajectories, trajectoryOf }: StepBatch, { episodes }: Scope): Grouping {
  const ids = new Int32Array(trajectories.ids.length).fill(NO_GROUP)
  episodes.ids.forEach((group, row) => {
    if (group !== NO_GROUP) ids[trajectoryOf[row] ?? 0] = group
  })
  return { ids, count: episodes.count }
}

/** The rows that have a unit of the agent's; what others were paid still counts. */
export function withUnits(batch: StepBatch, scope: Scope): Scope {
  const { mask, withoutTokens = 0 } = creditedUnits(scope, unitsOf(batch, scope.mask))
  return { ...narrowed(scope, (row) => mask[row] === 1), withoutTokens }
}

/** 1 for rows with a unit that is the agent's. */
export const rowsWithUnits = ({ starts, mask }: Units): Uint8Array =>
  Uint8Array.from({ length: starts.length - 1 }, (_, row) =>
    mask.subarray(starts[row], starts[row + 1]).includes(1) ? 1 : 0,
  )

/**
 * Values whitened over the units of a batch, and what that makes of rows: the mean of their units or, for a row without
 * any, of `rowValues` shifted and scaled in the same way.
 */
export function whitenedUnits(
  units: Units,
  values: Float64Array,
  rowValues: Float64Array,
  { mode, whitenEpsilon }: { readonly mode: Mode; readonly whitenEpsilon: number },
) {
  const count = values.length
  const [all, mask] = [new Float64Array(count + rowValues.length), new Uint8Array(count + rowValues.length)]
  all.set(values)
  all.set(rowValues, count)
  mask.set(units.mask)
  const result = whitened(all, mask, mode, whitenEpsilon)
  const perToken = result.subarray(0, count)
  const means = rowMeans(units, perToken)
  const hasUnits = rowsWithUnits(units)
  return { perToken, rows: means.map((value, row) => (hasUnits[row] ? value : (result[count + row] ?? 0))) }
}
