import { GymError, reasonOf } from '../data/errors.ts'
import { tagOf } from '../data/hash.ts'
import type { Rng } from '../data/rng.ts'
import type { Ending, Group, Json, Reward, SamplingNote, Step, Trajectory } from '../data/types.ts'
import type { Grades } from '../episode/environment.ts'
import type { Episode } from '../episode/episode.ts'
import { fork, startGroup } from '../episode/fork.ts'
import { groundTruthOf } from '../episode/grades.ts'
import type { ForkStream, Lineage } from '../episode/lineage.ts'
import { closeQuietly } from '../episode/live.ts'
import type { EpisodeSettings } from '../episode/settings.ts'
import type { ToolDescription } from '../episode/tool-interface.ts'
import { ownToolsOf } from '../episode/tools.ts'
import type { World } from '../episode/world.ts'
import type { HookSet } from '../reward/hook.ts'
import type { AgentSetting, Choice, Turn } from '../rollout/agent.ts'
import { EpisodeRunner } from '../rollout/episode-runner.ts'
import { closeGroup } from '../rollout/group.ts'
import { joinLate } from '../rollout/late-rewards.ts'
import type { EpisodeStart, LateReward, RunLog } from '../rollout/log.ts'
import { turnsOf } from '../rollout/rollout.ts'
import type { Branch, BranchSource } from './branch.ts'

/** Settings of branches in this process. */
export interface BranchSettings {
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
export class LocalBranches implements BranchSource {
  readonly settings: BranchSettings
  readonly #world: World
  protected readonly episode: EpisodeSettings
  /** Tag of the state that every branch started from. */
  protected startTag = ''
  readonly #branches: LocalBranch[] = []
  readonly #replayed: Trajectory[] = []

  constructor(world: World, episode: EpisodeSettings, settings: BranchSettings) {
    this.#world = world
    this.episode = episode
    this.settings = settings
  }

  async start(count: number): Promise<readonly Branch[]> {
    const { members } = await startGroup(this.#world, this.episode, count)
    this.startTag = tagOf(this.settings.runKey, members[0]?.state ?? {})
    return members.map((member) => this.addBranch(member, null))
  }

  /** Adds a branch. @param parent Where it was forked; null for one that begins with a reset. */
  addBranch(episode: Episode, parent: Pick<Branch, 'id' | 'path'> | null): LocalBranch {
    const id = this.#nextId()
    const branch = new LocalBranch(this, episode, id, parent)
    this.#branches.push(branch)
    return branch
  }

  async close(note: SamplingNote): Promise<Group> {
    await this.abort('not finished')
    const trajectories = [...this.#replayed, ...this.#branches.flatMap(({ trajectory }) => trajectory ?? [])]
    const { settings, startTag, episode } = this
    const identity = {
      id: settings.groupId,
      environment: this.#world.environment.id,
      taskId: episode.task.id,
      startTag,
    }
    const truth = () => groundTruthOf(this.#world, episode.task)
    return closeGroup(trajectories, { ...identity, sampling: note }, settings, truth)
  }

  async abort(reason: string): Promise<void> {
    for (const branch of this.#branches) await branch.end('aborted', reason)
  }

  /** Adds a trajectory that was recorded before, as it is except its name. */
  protected replay(start: EpisodeStart, trajectory: Trajectory): Trajectory {
    const { groupId, log } = this.settings
    const id = this.#nextId()
    const replayed = {
      ...trajectory,
      id,
      groupId,
      steps: trajectory.steps.map((step) => ({ ...step, trajectoryId: id })),
    }
    log?.episodeStarted({ ...start, trajectoryId: id, groupId })
    for (const step of replayed.steps) log?.stepTaken(step)
    log?.episodeEnded(replayed)
    this.#replayed.push(replayed)
    return replayed
  }

  #nextId(): string {
    return `${this.settings.groupId}.${this.#replayed.length + this.#branches.length}`
  }
}

/** A branch in this process: an episode with its hooks and its log. */
export class LocalBranch implements Branch {
  readonly id: string
  readonly #source: LocalBranches
  readonly #run: EpisodeRunner
  readonly #path: Step[]
  readonly #turns: Turn[]
  readonly #judged: LateReward[] = []
  #trajectory: Trajectory | null = null

  constructor(branchSource: LocalBranches, episode: Episode, id: string, parent: Pick<Branch, 'id' | 'path'> | null) {
    const { groupId, agentName, hooks, log } = branchSource.settings
    const prefix = parent && { trajectoryId: parent.id, steps: [...parent.path] }
    const identity = { trajectoryId: id, groupId, agentName }
    this.id = id
    this.#source = branchSource
    this.#path = [...(parent?.path ?? [])]
    this.#turns = [...turnsOf(this.#path)]
    this.#run = new EpisodeRunner(episode, { ...identity, hooks, ...(log && { log }), ...(prefix && { prefix }) })
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
    if (this.#trajectory === null || this.#judged.length === 0) return this.#trajectory
    return joinLate([this.#trajectory], this.#judged)[0] ?? null
  }

  listTools(): readonly ToolDescription[] | null {
    return ownToolsOf(this.#run.episode)
  }

  get setting(): AgentSetting {
    return this.#run.episode.setting
  }

  grades(): Grades {
    return this.#run.episode.grades()
  }

  expert(rng: Rng, noise: number): Json | undefined {
    return this.#run.episode.expert({ rng, noise, turn: this.#turns.length })
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

  async fork(count: number, rng: ForkStream['rng']): Promise<readonly Branch[]> {
    const forks: Branch[] = []
    if (this.ending !== null) throw new GymError('EPISODE_ENDED', `the branch ${this.id} has ended: it has no future`)
    for (let i = 0; i < count; i++) forks.push(this.#source.addBranch(await fork(this.#run.episode, { rng }), this))
    return forks
  }

  judge(reward: Reward): void {
    const late = { trajectoryId: this.id, index: this.index - 1, reward }
    this.#judged.push(late)
    this.#source.settings.log?.rewardsArrived([late])
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
    this.#source.settings.onStep?.(step)
    if (this.ending !== null) await this.#leave()
    return step
  }

  async #leave(): Promise<void> {
    if (this.#trajectory) return
    this.#trajectory = await this.#run.end()
    await closeQuietly(() => this.#run.episode.close())
  }
}
