import { GymError, reasonOf } from '../../core/data/errors.ts'
import type { Ending, ForkPoint, Group, Json, Reward, SamplingNote, Step, Trajectory } from '../../core/data/types.ts'
import { type ForkStream, type Lineage, lineageOf } from '../../core/episode/lineage.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import type { GroupClosedEvent } from '../../core/protocol/index.ts'
import type { Choice, Turn } from '../../core/rollout/agent.ts'
import { turnsOf } from '../../core/rollout/rollout.ts'
import type { Branch, BranchSource } from '../../core/sampling/branch.ts'
import { type RemoteEpisode, shownSeed } from './episode.ts'
import type { RemoteGroup, RemoteGym } from './gym.ts'
import { unlessOver } from './play.ts'
import { type RemoteGroupSettings, stepOf } from './rollout.ts'

/** Settings of branches on a server. */
export interface RemoteBranchSettings {
  /** Who acts, for the record. */
  readonly agentName: string
  readonly onStep?: (step: Step) => void
}

/**
 * Trees of one group on a server. Its record has every branch with its parent; the group that closes there is that of
 * the branches that begin with a reset, and forks belong to it by their parents. Values stay with the client.
 */
export class RemoteBranches implements BranchSource {
  readonly settings: RemoteBranchSettings
  readonly #gym: RemoteGym
  readonly #request: Omit<RemoteGroupSettings, 'size'>
  readonly #branches: RemoteBranch[] = []
  #group: RemoteGroup | null = null

  constructor(gym: RemoteGym, request: Omit<RemoteGroupSettings, 'size'>, settings: RemoteBranchSettings) {
    this.#gym = gym
    this.#request = request
    this.settings = settings
  }

  /** @throws GymError as `RemoteGym.group` */
  async start(count: number): Promise<readonly Branch[]> {
    this.#group = await this.#gym.group({ ...this.#request, size: count, agent: this.settings.agentName })
    return this.#group.episodes.map((episode) => this.grown(episode, null))
  }

  /** Adds a branch. @param parent Where it was forked; null for one that begins with a reset. */
  grown(episode: RemoteEpisode, parent: Pick<Branch, 'id' | 'path'> | null): RemoteBranch {
    const branch = new RemoteBranch(this, episode, parent)
    this.#branches.push(branch)
    return branch
  }

  async close(note: SamplingNote): Promise<Group> {
    await this.abort('not finished')
    const closed = await this.#planted.closed
    const vectors = vectorsOf(closed)
    const environment = this.#gym.environment.id
    const all = this.#branches.map((branch) => branch.trajectory(closed, environment, vectors.get(branch.id)))
    return {
      ...{ id: closed.group, environment, taskId: closed.task, startTag: closed.startTag },
      trajectories: all.filter(({ ending }) => ending !== 'aborted'),
      aborted: all.filter(({ ending }) => ending === 'aborted'),
      sampling: note,
    }
  }

  async abort(reason: string): Promise<void> {
    await Promise.all(this.#branches.map((branch) => branch.end('aborted', reason)))
  }

  get #planted(): RemoteGroup {
    if (this.#group) return this.#group
    throw new GymError('GROUP_INVALID', 'nothing was planted: there is no group to close')
  }
}

/** What is known of the branches that begin with a reset when their group has closed, late rewards included. */
type Vectors = Pick<GroupClosedEvent['members'][number], 'rewards' | 'steps'>

const vectorsOf = ({ members, aborted }: GroupClosedEvent): ReadonlyMap<string, Vectors> =>
  new Map([...members, ...aborted].map((member) => [member.episode, member]))

/** A branch on a server. */
export class RemoteBranch implements Branch {
  readonly id: string
  readonly lineage: Lineage
  readonly #branchSource: RemoteBranches
  readonly #episode: RemoteEpisode
  readonly #forkedFrom: ForkPoint | null
  readonly #path: Step[]
  readonly #turns: Turn[]
  readonly #judged: { readonly index: number; readonly reward: Reward }[] = []
  /** Where this client ended it: why. */
  #ended: { readonly ending: Ending; readonly reason: string } | null = null

  constructor(branchSource: RemoteBranches, episode: RemoteEpisode, parent: Pick<Branch, 'id' | 'path'> | null) {
    this.id = episode.id
    this.lineage = lineageOf(shownSeed(episode), episode.member, episode.forkPath)
    this.#branchSource = branchSource
    this.#episode = episode
    this.#forkedFrom = parent && { trajectoryId: parent.id, index: episode.index }
    this.#path = [...(parent?.path ?? [])]
    this.#turns = [...turnsOf(this.#path)]
  }

  get index(): number {
    return this.#episode.index
  }
  get observation(): string {
    return this.#episode.observation
  }
  get actions(): readonly Json[] | null {
    return this.#episode.actions
  }
  get ending(): Ending | null {
    return this.#ended?.ending ?? this.#episode.ending
  }
  get path(): readonly Step[] {
    return this.#path
  }
  get turns(): readonly Turn[] {
    return this.#turns
  }

  listTools(): Promise<readonly ToolDescription[] | null> {
    return this.#episode.listTools()
  }

  grades(): null {
    return null
  }

  /** @throws GymError as `RemoteEpisode.step`, except what is over with the episode */
  async step({ action, evidence }: Choice): Promise<Step | null> {
    const { observation: before } = this.#episode
    try {
      const reply = await this.#episode.step(action, evidence)
      const played = { ...reply, before, action, evidence: evidence ?? null }
      return this.#taken(stepOf(played, this.#episode.forkPath, reply.rewards ?? []))
    } catch (thrown) {
      unlessOver(thrown)
      await this.end('aborted', reasonOf(thrown))
      return null
    }
  }

  /** @throws GymError as `RemoteEpisode.fork` */
  async fork(count: number, rng: ForkStream['rng']): Promise<readonly Branch[]> {
    const agent = this.#branchSource.settings.agentName
    const forks: RemoteEpisode[] = []
    // In one frame, each common future would have a number of its own.
    if (rng === 'fresh' && count > 0) forks.push(...(await this.#episode.fork({ count, rng, agent })))
    if (rng === 'common')
      for (let i = 0; i < count; i++) forks.push(...(await this.#episode.fork({ rng, number: 0, agent })))
    return forks.map((episode) => this.#branchSource.grown(episode, this))
  }

  judge(reward: Reward): void {
    this.#judged.push({ index: this.index - 1, reward })
  }

  async end(ending: 'truncated' | 'aborted', reason: string): Promise<void> {
    if (this.ending !== null) return
    this.#ended = { ending, reason }
    await this.#episode.close(ending === 'truncated' ? { truncate: reason } : {}).catch(unlessOver)
  }

  trajectory({ group, task }: GroupClosedEvent, environment: string, vectors: Vectors | undefined): Trajectory {
    const { endingReason, outcome } = this.#episode
    const { seed, member, forkPath } = this.lineage
    const own = this.#path.slice(this.#forkedFrom?.index ?? 0)
    return {
      ...{ id: this.id, groupId: group, environment, taskId: task, seed, member, forkPath },
      ...(this.#forkedFrom && { forkedFrom: this.#forkedFrom }),
      steps: own.map((step, i) => ({ ...step, rewards: this.#rewardsOf(step, vectors?.steps[i]) })),
      ending: this.ending ?? 'aborted',
      endingReason: this.#ended?.reason ?? endingReason,
      rewards: vectors?.rewards ?? outcome ?? [],
    }
  }

  /** Rewards of forks that have arrived so far: no group of the server waits for late rewards of forks. */
  #rewardsOf({ index, rewards }: Step, vector: readonly Reward[] | undefined): readonly Reward[] {
    const late = this.#episode.lateRewards.filter(({ step }) => step === index).map(({ reward }) => reward)
    const judged = this.#judged.filter((each) => each.index === index).map(({ reward }) => reward)
    return [...(vector ?? [...rewards, ...late]), ...judged]
  }

  #taken(step: Step): Step {
    this.#path.push(step)
    this.#turns.push(...turnsOf([step]))
    this.#branchSource.settings.onStep?.(step)
    return step
  }
}
