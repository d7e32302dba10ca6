import { randomBytes } from 'node:crypto'
import type { RunLog } from '../../core/rollout/log.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'

/** Where the episodes of one opened environment are written down. */
export interface RunStore {
  readonly log: RunLog | null
  /** Keys the state tags. */
  readonly runKey: string
  /** Trajectories that were in the record when it was opened, where there is one. */
  earlier?(): Iterable<RecordedTrajectory>
  /** Ids of groups that were in it then. */
  readonly earlierGroups?: ReadonlySet<string>
  close(): void
}

/** Nothing is written down. */
export const unrecorded = (): RunStore => ({ log: null, runKey: randomBytes(16).toString('hex'), close: () => {} })
