import { GymError, reasonOf } from '../../../core/data/errors.ts'
import { tagOf } from '../../../core/data/hash.ts'
import type { Ending, Group, Json, Reward, Step, Trajectory } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { fork, restore, type Snapshot, snapshotOf } from '../../../core/episode/fork.ts'
import { groundTruthOf } from '../../../core/episode/grades.ts'
import { closeQuietly } from '../../../core/episode/live.ts'
import type { EpisodeSettings } from '../../../core/episode/settings.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import type { World } from '../../../core/episode/world.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import { EpisodeRunner } from '../../../core/rollout/episode-runner.ts'
import { closeGroup } from '../../../core/rollout/group.ts'
import type { RunLog } from '../../../core/rollout/log.ts'

export const HUMAN = 'human'
const GROUP = '0'
const UNDONE = 'undone'
const QUIT = 'the player quit'

export interface PlaySettings {
  readonly hooks: HookSet
  /** Keys the state tags. */
  readonly runKey: string
  readonly log?: RunLog
}

/** Where a step was taken from. */
interface Before {
  /** Null where the environment cannot be forked. */
  readonly snapshot: Snapshot | null
  readonly trajectoryId: string
}

/**
 * One episode that a person plays. Undoing forks it at the step that is taken back: the fork is a trajectory of its
 * own, with random draws of its own, and what was undone stays on record as aborted.
 */
export class PlaySession {
  readonly #world: World
  readonly #given: EpisodeSettings
  readonly #settings: PlaySettings
  readonly #startTag: string
  readonly #trajectories: Trajectory[] = []
  /** The state before every step of the path. */
  readonly #before: Before[] = []
  readonly #path: Step[] = []
  #episode: Episode
  /** Null for a fork in which nothing was done yet: it is not on record. */
  #run: EpisodeRunner | null = null
  #id = ''
  #started = 0
  #steps = 0

  /** @throws GymError as `startEpisode`; RECORD_FAILED */
  static async start(world: World, given: EpisodeSettings, settings: PlaySettings): Promise<PlaySession> {
    const session = new PlaySession(world, given, settings, await startEpisode(world, given))
    session.#start()
    return session
  }

  private constructor(world: World, given: EpisodeSettings, settings: PlaySettings, episode: Episode) {
    this.#world = world
    this.#given = given
    this.#settings = settings
    this.#episode = episode
    this.#startTag = tagOf(settings.runKey, episode.state)
  }

  /** Id of the trajectory that is played. */
  get id(): string {
    return this.#id
  }
  get observation(): string {
    return this.#episode.text()
  }
  /** The public part of the task. */
  get brief(): Json {
    return this.#given.task.public
  }
  /** Admissible actions; null where they are not listed, or the episode has ended. */
  get actions(): readonly Json[] | null {
    return this.ending === null ? this.#episode.actions() : null
  }
  get ending(): Ending | null {
    return this.#episode.ending
  }
  get endingReason(): string | null {
    return this.#episode.endingReason
  }
  /** True where the environment failed. */
  get hasFailed(): boolean {
    return this.ending === 'aborted' && this.endingReason !== QUIT
  }
  /** Rewards of the whole episode, once it has ended. */
  get rewards(): readonly Reward[] {
    return this.#trajectories.find(({ id }) => id === this.#id)?.rewards ?? []
  }
  /** Every step that led here. */
  get path(): readonly Step[] {
    return this.#path
  }

  /**
   * Takes an action.
   * @returns Null where the environment failed, which has aborted the episode.
   * @throws GymError EPISODE_ENDED; RECORD_FAILED
   */
  async take(action: Json): Promise<Step | null> {
    if (this.ending !== null) throw new GymError('EPISODE_ENDED', `the episode has ${this.ending}: it takes no action`)
    const snapshot = this.#world.environment.fork === 'none' ? null : snapshotOf(this.#episode)
    const run = this.#run ?? this.#start()
    const step = await this.#stepped(run, action)
    if (step !== null) {
      this.#before.push({ snapshot, trajectoryId: this.#id })
      this.#path.push(step)
      this.#steps++
    }
    if (this.ending !== null) await this.#leave()
    return step
  }

  /**
   * Takes the last step back, by a fork of where it was taken.
   * @throws GymError FORK_UNSUPPORTED; CONFIG_INVALID where nothing was done yet; REPLAY_DIVERGED. Nothing changes then.
   */
  async undo(): Promise<void> {
    const before = this.#before.at(-1)
    if (before === undefined) throw new GymError('CONFIG_INVALID', 'nothing was done yet that could be taken back')
    const forked = await this.#forkedAt(before)
    this.#episode.abort(UNDONE)
    await this.#leave()
    this.#before.pop()
    this.#path.pop()
    this.#run = null
    this.#id = before.trajectoryId
    this.#episode = forked
  }

  /** Ends what is in progress as aborted, and closes the group of everything that was played. */
  async close(): Promise<Group> {
    this.#episode.abort(QUIT)
    await this.#leave()
    const { environment } = this.#world
    const identity = { id: GROUP, environment: environment.id, taskId: this.#given.task.id, startTag: this.#startTag }
    const truth = () => groundTruthOf(this.#world, this.#given.task)
    return closeGroup(this.#trajectories, { ...identity, ...this.#note() }, this.#settings, truth)
  }

  /** Trajectories that were forked from others are a tree. */
  #note(): Pick<Group, 'sampling'> {
    if (this.#started < 2) return {}
    const chosenId = this.#trajectories.findLast(({ ending }) => ending !== 'aborted')?.id ?? null
    return { sampling: { mode: 'play', options: {}, budget: null, steps: this.#steps, chosenId } }
  }

  /** Puts the episode on record. */
  #start(): EpisodeRunner {
    const { hooks, log } = this.#settings
    const prefix = this.#started > 0 ? { trajectoryId: this.#id, steps: [...this.#path] } : null
    this.#id = `${GROUP}.${this.#started++}`
    const identity = { trajectoryId: this.#id, groupId: GROUP, agentName: HUMAN, hooks }
    this.#run = new EpisodeRunner(this.#episode, { ...identity, ...(log && { log }), ...(prefix && { prefix }) })
    return this.#run
  }

  async #stepped(run: EpisodeRunner, action: Json): Promise<Step | null> {
    try {
      return await run.step(action)
    } catch (thrown) {
      if (thrown instanceof GymError && thrown.code === 'RECORD_FAILED') throw thrown
      this.#episode.abort(reasonOf(thrown))
      return null
    }
  }

  async #forkedAt({ snapshot }: Before): Promise<Episode> {
    const { id } = this.#world.environment
    if (snapshot === null)
      throw new GymError('FORK_UNSUPPORTED', `${id} cannot be forked, so its steps cannot be undone`)
    const { signal } = this.#given
    const restored = await restore(this.#world, snapshot, signal ? { signal } : {})
    try {
      return await fork(restored)
    } finally {
      await closeQuietly(() => restored.close())
    }
  }

  /** Ends the run, once; its episode has ended. */
  async #leave(): Promise<void> {
    const run = this.#run
    if (run && !this.#trajectories.some(({ id }) => id === this.#id)) this.#trajectories.push(await run.end())
    await closeQuietly(() => this.#episode.close())
  }
}
