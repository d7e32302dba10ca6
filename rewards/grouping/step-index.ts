import type { StepBatch } from '../../core/batch/index.ts'
import type { Grouping } from './grouping.ts'
import { groupedByPair } from './pairs.ts'

/** Steps of one group that have the same position in their trajectories. */
export const stepIndexGroups = (episodes: Grouping, { stepIndex }: StepBatch): Grouping =>
  groupedByPair(episodes.ids, stepIndex)
