import type { StepBatch } from '../../core/batch/index.ts'
import { NO_GROUP, sizesOf } from '../grouping/grouping.ts'
import { firstRows } from './outcome.ts'
import type { Mode } from './rounding.ts'
import type { Scope } from './scope.ts'
import { normalised } from './statistics.ts'

interface RelativeOptions {
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** Whether every row enters a group's mean, so that long trajectories weigh more, or one row a trajectory. */
  readonly crossSteps: boolean
  /** @default 'paper' */
  readonly mode?: Mode
}

/** GRPO's advantage: scores against their group's mean, in units of its deviation. A group of one keeps its score. */
export function groupRelative(
  batch: StepBatch,
  { mask, episodes }: Scope,
  scores: Float64Array,
  { norm, epsilon, crossSteps, mode = 'paper' }: RelativeOptions,
): Float64Array {
  const members = crossSteps ? {} : { isMember: firstRows(batch, mask) }
  return normalised(episodes, scores, { norm, epsilon, single: 'value', mode, ...members })
}

/** RLOO's advantage: scores against the mean of the others of their group. A group of one keeps its score. */
export function leaveOneOut(
  batch: StepBatch,
  { mask, episodes }: Scope,
  scores: Float64Array,
  crossSteps: boolean,
  mode: Mode = 'paper',
): Float64Array {
  const isMember = crossSteps ? mask : firstRows(batch, mask)
  const rule = { norm: 'mean_norm', epsilon: 0, single: 'value', isMember, mode } as const
  const sizes = sizesOf({ ...episodes, ids: episodes.ids.map((group, row) => (isMember[row] ? group : NO_GROUP)) })
  return normalised(episodes, scores, rule).map((centred, row) => {
    const size = sizes[episodes.ids[row] ?? NO_GROUP] ?? 0
    return size > 1 ? (centred * size) / (size - 1) : centred
  })
}
