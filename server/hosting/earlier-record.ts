import type { RecordedTrajectory } from '../../records/reader.ts'
import type { GroupClosed } from './events.ts'
import type { PlanCredit } from './group-rules.ts'
import type { ServedGroups } from './groups.ts'
import { RestoredGroups, type RestoringHost } from './restored-groups.ts'
import type { RunStore } from './run-store.ts'

/** What the record of an environment had when it was opened. */
export class EarlierRecord {
  /** Groups that had not closed. */
  readonly groups: RestoredGroups
  readonly #store: RunStore

  constructor(host: RestoringHost, store: RunStore, planCredit: PlanCredit) {
    this.#store = store
    this.groups = new RestoredGroups(host, planCredit)
  }

  /** Opens its groups again. */
  continueIn(groups: ServedGroups): void {
    this.groups.open(this.#store.openGroups?.() ?? [], groups)
  }

  trajectories(): Iterable<RecordedTrajectory> {
    return this.#store.earlier?.() ?? []
  }

  /** Trajectories of no group that continues. */
  *alone(): Generator<RecordedTrajectory> {
    for (const recorded of this.trajectories()) if (!this.groups.has(recorded.start.trajectoryId)) yield recorded
  }

  /** Groups that had closed, with the credit that they were asked for. */
  closings(): Iterable<GroupClosed> {
    return this.groups.earlierClosings(this.#store.closedGroups?.() ?? [])
  }
}
