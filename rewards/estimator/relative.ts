import type { StepBatch } from '../../core/batch/index.ts'
import { NO_GROUP } from '../grouping/grouping.ts'
import { firstRows } from './outcome.ts'
import type { Scope } from './scope.ts'
import { momentsOf, normalised } from './statistics.ts'

interface RelativeOptions {
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** Whether every row enters a group's mean, so that long trajectories weigh more, or one row a trajectory. */
  readonly crossSteps: boolean
}

/** GRPO's advantage: scores against their group's mean, in units of its deviation. A group of one keeps its score. */
export function groupRelative(
  batch: StepBatch,
  { mask, episodes }: Scope,
  scores: Float64Array,
  { norm, epsilon, crossSteps }: RelativeOptions,
): Float64Array {
  const members = crossSteps ? {} : { isMember: firstRows(batch, mask) }
  return normalised(episodes, scores, { norm, epsilon, single: 'value', ...members })
}

/** RLOO's advantage: scores against the mean of the others of their group. A group of one keeps its score. */
export function leaveOneOut(
  batch: StepBatch,
  { mask, episodes }: Scope,
  scores: Float64Array,
  crossSteps: boolean,
): Float64Array {
  const members = crossSteps ? {} : { isMember: firstRows(batch, mask) }
  const { sizes, means } = momentsOf(episodes, scores, members)
  return scores.map((score, row) => {
    const group = episodes.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) return 0
    const size = sizes[group] ?? 0
    return size > 1 ? ((score - (means[group] ?? 0)) * size) / (size - 1) : score
  })
}
