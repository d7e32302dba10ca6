import type { Choice, Turn } from '../agent.ts'
import type { Grades } from '../environment.ts'
import type { Episode } from '../episode.ts'
import { GymError, reasonOf } from '../errors.ts'
import { fork, startGroup } from '../fork.ts'
import { closeGroup } from '../group.ts'
import { tagOf } from '../hash.ts'
import type { ForkLuck, Lineage } from '../lineage.ts'
import { closeQuietly } from '../live.ts'
import type { EpisodeStart, LateReward, RunLog } from '../log.ts'
import type { HookSet } from '../reward.ts'
import { turnsOf } from '../rollout.ts'
import { EpisodeRun } from '../run.ts'
import type { EpisodeSettings } from '../settings.ts'
import type { Ending, Group, Json, Reward, SamplingNote, Step, Trajectory } from '../types.ts'
import type { World } from '../world.ts'
import type { Branch, Grove } from './branch.ts'

export interface GroveSettings {
  readonly groupId: string
  /** Who acts, for the record. */
  readonly agentName: string
  readonly hooks: HookSet
  /** Keys the state tags of a run. */
  readonly runKey: string
  readonly log?: RunLog
  readonly onStep?: (step: Step) => void
}

/** A group of trees in this process. */
export class LocalGrove implements Grove {
  readonly settings: GroveSettings
  readonly #world: World
  protected readonly episode: EpisodeSettings
  /** Of the state that every branch began from. */
  protected startTag = ''
  readonly #branches: LocalBranch[] = []
  readonly #told: Trajectory[] = []

  constructor(world: World, episode: EpisodeSettings, settings: GroveSettings) {
    this.#world = world
    this.episode = episode
    this.settings = settings
  }

  async plant(count: number): Promise<readonly Branch[]> {
    const { members } = await startGroup(this.#world, this.episode, count)
    this.startTag = tagOf(this.settings.runKey, members[0]?.state ?? {})
    return members.map((member) => this.grown(member, null))
  }

  /** Adds a branch. @param parent Where it was forked; null for one that begins with a reset. */
  grown(episode: Episode, parent: Pick<Branch, 'id' | 'path'> | null): LocalBranch {
    const id = this.#nextId()
    const branch = new LocalBranch(this, episode, id, parent)
    this.#branches.push(branch)
    return branch
  }

  async close(note: SamplingNote): Promise<Group> {
    await this.fell('not finished')
    const trajectories = [...this.#told, ...this.#branches.flatMap(({ trajectory }) => trajectory ?? [])]
    const { settings, startTag, episode } = this
    const identity = {
      id: settings.groupId,
      environment: this.#world.environment.id,
      taskId: episode.task.id,
      startTag,
    }
    return closeGroup(trajectories, { ...identity, sampling: note }, settings)
  }

  async fell(reason: string): Promise<void> {
    for (const branch of this.#branches) await branch.end('aborted', reason)
  }

  /** Adds a trajectory that was recorded before, as it is but for its name. */
  protected tell(start: EpisodeStart, trajectory: Trajectory): Trajectory {
    const { groupId, log } = this.settings
    const id = this.#nextId()
    const told = { ...trajectory, id, groupId, steps: trajectory.steps.map((step) => ({ ...step, trajectoryId: id })) }
    log?.episodeStarted({ ...start, trajectoryId: id, groupId })
    for (const step of told.steps) log?.stepTaken(step)
    log?.episodeEnded(told)
    this.#told.push(told)
    return told
  }

  #nextId(): string {
    return `${this.settings.groupId}.${this.#told.length + this.#branches.length}`
  }
}

/** A branch in this process: an episode with its hooks and its log. */
export class LocalBranch implements Branch {
  readonly id: string
  readonly #grove: LocalGrove
  readonly #run: EpisodeRun
  readonly #path: Step[]
  readonly #turns: Turn[]
  readonly #judged: LateReward[] = []
  #trajectory: Trajectory | null = null

  constructor(grove: LocalGrove, episode: Episode, id: string, parent: Pick<Branch, 'id' | 'path'> | null) {
    const { groupId, agentName, hooks, log } = grove.settings
    const stem = parent && { trajectoryId: parent.id, steps: [...parent.path] }
    const identity = { trajectoryId: id, groupId, agentName }
    this.id = id
    this.#grove = grove
    this.#path = [...(parent?.path ?? [])]
    this.#turns = [...turnsOf(this.#path)]
    this.#run = new EpisodeRun(episode, { ...identity, hooks, ...(log && { log }), ...(stem && { stem }) })
  }

  get lineage(): Lineage {
    return this.#run.episode.lineage
  }
  get index(): number {
    return this.#run.episode.index
  }
  get observation(): string {
    return this.#run.observation
  }
  get actions(): readonly Json[] | null {
    return this.#run.episode.actions()
  }
  get ending(): Ending | null {
    return this.#run.episode.ending
  }
  get path(): readonly Step[] {
    return this.#path
  }
  get turns(): readonly Turn[] {
    return this.#turns
  }
  /** Once it has ended. */
  get trajectory(): Trajectory | null {
    return this.#trajectory && withJudged(this.#trajectory, this.#judged)
  }

  grades(): Grades {
    return this.#run.episode.grades()
  }

  async step({ action, evidence }: Choice): Promise<Step | null> {
    try {
      return await this.#taken(await this.#run.step(action, evidence))
    } catch (thrown) {
      if (thrown instanceof GymError && thrown.code === 'RECORD_FAILED') throw thrown
      await this.end('aborted', reasonOf(thrown))
      return null
    }
  }

  async fork(count: number, rng: ForkLuck['rng']): Promise<readonly Branch[]> {
    const forks: Branch[] = []
    if (this.ending !== null) throw new GymError('EPISODE_ENDED', `the branch ${this.id} has ended: it has no future`)
    for (let i = 0; i < count; i++) forks.push(this.#grove.grown(await fork(this.#run.episode, { rng }), this))
    return forks
  }

  judge(reward: Reward): void {
    const late = { trajectoryId: this.id, index: this.index - 1, reward }
    this.#judged.push(late)
    this.#grove.settings.log?.rewardsArrived([late])
  }

  async end(ending: 'truncated' | 'aborted', reason: string): Promise<void> {
    const { episode } = this.#run
    if (ending === 'truncated') episode.truncate(reason)
    else episode.abort(reason)
    await this.#leave()
  }

  async #taken(step: Step): Promise<Step> {
    this.#path.push(step)
    this.#turns.push(...turnsOf([step]))
    this.#grove.settings.onStep?.(step)
    if (this.ending !== null) await this.#leave()
    return step
  }

  async #leave(): Promise<void> {
    if (this.#trajectory) return
    this.#trajectory = await this.#run.end()
    await closeQuietly(() => this.#run.episode.close())
  }
}

function withJudged(trajectory: Trajectory, judged: readonly LateReward[]): Trajectory {
  if (judged.length === 0) return trajectory
  const rewardsOf = ({ index }: Step): readonly Reward[] =>
    judged.filter((late) => late.index === index).map(({ reward }) => reward)
  const steps = trajectory.steps.map((step) => ({ ...step, rewards: step.rewards.concat(rewardsOf(step)) }))
  return { ...trajectory, steps }
}
