import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { snapshotOf } from '../../../core/episode/fork.ts'
import type { SharedPrefix } from '../../../core/rollout/branches.ts'
import type { RecordedTrajectory } from '../../../records/reader.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { RecordedSessions } from './recorded-sessions.ts'
import type { SessionEpisodes } from './session-episodes.ts'
import { type EarlierSnapshots, pointOf, type StoredSnapshot } from './snapshots.ts'

/** Snapshots that a session had before a restart, taken again where the record has their episode. */
export class RecordedSnapshots implements EarlierSnapshots {
  readonly #host: EnvironmentHost
  readonly #recorded: RecordedSessions
  readonly #episodes: SessionEpisodes
  readonly #own: ReadonlyMap<string, RecordedTrajectory>

  /** @param own episodes of the session */
  constructor(
    host: EnvironmentHost,
    recorded: RecordedSessions,
    episodes: SessionEpisodes,
    own: readonly RecordedTrajectory[],
  ) {
    this.#host = host
    this.#recorded = recorded
    this.#episodes = episodes
    this.#own = new Map(own.map((each) => [each.start.trajectoryId, each]))
  }

  has(handle: string): boolean {
    return this.#pointOf(handle) !== null
  }

  /** @throws GymError as `EnvironmentHost.replay` */
  find(handle: string): MaybePromise<StoredSnapshot> | null {
    const point = this.#pointOf(handle)
    return point && this.#taken(point)
  }

  /** The episode up to the point of the handle; null where the record does not have it. */
  #pointOf(handle: string): RecordedTrajectory | null {
    const [episode, index] = pointOf(handle) ?? ['', 0]
    const recorded = this.#own.get(episode)
    const past = recorded?.start.past.length ?? 0
    if (!recorded || index < past || index > past + recorded.trajectory.steps.length) return null
    return until(recorded, index - past)
  }

  #taken(recorded: RecordedTrajectory): MaybePromise<StoredSnapshot> {
    const forks = this.#recorded.forksOf(recorded)
    return chain(this.#host.replay(recorded, forks), (episode) => {
      const snapshot = snapshotOf(episode)
      return chain(episode.close(), () => ({
        snapshot,
        prefix: this.#prefixOf(recorded),
        countFork: () => this.#countFork(recorded),
      }))
    })
  }

  /** As the episode counts where it continues, for its forks and those of its snapshots have one count. */
  #countFork(recorded: RecordedTrajectory): number {
    const { served } = this.#episodes.find(recorded.start.trajectoryId) ?? {}
    return served ? served.runner.episode.countFork() : this.#recorded.countFork(recorded)
  }

  /** The steps up to here, where all of them are known. */
  #prefixOf(recorded: RecordedTrajectory): SharedPrefix | null {
    const { start, trajectory } = recorded
    const before = start.past.length === 0 ? [] : this.#recorded.prefixOf(recorded)?.steps
    return before ? { trajectoryId: start.trajectoryId, steps: [...before, ...trajectory.steps] } : null
  }
}

/** The first steps of an episode. */
const until = (recorded: RecordedTrajectory, count: number): RecordedTrajectory => ({
  ...recorded,
  trajectory: { ...recorded.trajectory, steps: recorded.trajectory.steps.slice(0, count) },
})
