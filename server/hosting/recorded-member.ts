import { attempt, type MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Step, Trajectory } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import { type Adoption, adoptionOf } from './adoption.ts'
import type { ServedGroup } from './group.ts'
import { ScoredSteps } from './scored-steps.ts'
import type { Scoring } from './scoring.ts'
import type { GroupMember, ServedEpisode } from './served-episode.ts'

/** What a member of the record needs of its environment's host. */
export interface RecordedMemberHost {
  readonly world: World
  readonly scoring: Scoring
  /** What the record has is left to the next start. */
  readonly isStopping: boolean
  /** @throws GymError as `EnvironmentHost.adopt` */
  adopt(adoption: Adoption): MaybePromise<ServedEpisode>
  /** Writes down that an episode was aborted that cannot be served. @throws GymError RECORD_FAILED */
  abortUnserved(recorded: RecordedTrajectory, reason: string): Trajectory
  failed(doing: string, error: unknown): void
}

/**
 * A member of a group that the record had open: it has ended, or waits until its session returns. Where its time is up
 * before, it is served only to be ended.
 */
export class RecordedMember implements GroupMember {
  readonly recorded: RecordedTrajectory
  readonly group: ServedGroup
  readonly #host: RecordedMemberHost
  readonly #scored: ScoredSteps
  readonly #waiting: NodeJS.Timeout | null
  #isTaken: boolean
  #ending: Promise<Trajectory | null> = Promise.resolve(null)

  /** @param waitMs time that its session has to return; then it is aborted */
  constructor(host: RecordedMemberHost, group: ServedGroup, recorded: RecordedTrajectory, waitMs: number) {
    this.#host = host
    this.group = group
    this.recorded = recorded
    this.#scored = new ScoredSteps(host.scoring, group)
    this.#isTaken = recorded.isFinished
    if (recorded.isFinished) this.#scored.addRecorded(recorded.trajectory.steps)
    const leave = (): void => this.interrupt('aborted', 'the client left')
    this.#waiting = recorded.isFinished ? null : setTimeout(leave, waitMs).unref()
  }

  get member(): number {
    return this.recorded.start.member
  }

  get awaitsSession(): boolean {
    return !this.#isTaken
  }

  get scoredSteps(): readonly Step[] {
    return this.#scored.steps
  }

  /** Its end, where it was ended without its session; null where that could not be recorded. */
  get ending(): Promise<Trajectory | null> {
    return this.#ending
  }

  allScored(): Promise<void> {
    return this.#scored.all()
  }

  /** Hands it to the one that will serve it. @returns whether it was still there */
  take(): boolean {
    if (this.#isTaken) return false
    this.#isTaken = true
    if (this.#waiting) clearTimeout(this.#waiting)
    return true
  }

  interrupt(ending: 'truncated' | 'aborted', reason: string): void {
    if (this.#host.isStopping || !this.take()) return
    const served = attempt<ServedEpisode, Trajectory | null>(
      () => this.#host.adopt(adoptionOf(this.#host.world, this.recorded, { group: this.group })),
      (episode) => {
        episode.interrupt(ending, reason)
        return episode.end()
      },
      (thrown) => this.giveUp(thrown, reason),
    )
    this.#ending = Promise.resolve(served)
  }

  /** It cannot be served: its group closes without it. */
  giveUp(thrown: unknown, reason = 'could not be restored'): Trajectory | null {
    const { trajectoryId } = this.recorded.start
    this.#host.failed(`restoring ${trajectoryId} from the record`, thrown)
    const ended = this.#aborted(reason)
    this.group.memberEnded(this, ended)
    return ended
  }

  #aborted(reason: string): Trajectory | null {
    try {
      return this.#host.abortUnserved(this.recorded, reason)
    } catch (thrown) {
      this.#host.failed(`ending ${this.recorded.start.trajectoryId}`, thrown)
      return null
    }
  }
}
