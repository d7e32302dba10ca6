import type { StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'

/** All steps of a group of trajectories; `mask`: rows that take part. */
export function episodeGroups(batch: StepBatch, mask: Uint8Array): Grouping {
  return { ids: batch.groupOf.map((group, row) => (mask[row] ? group : NO_GROUP)), count: batch.groups.length }
}
