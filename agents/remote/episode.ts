import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { Ending, Evidence, Json, Reward } from '../../core/data/types.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import type {
  EndedEvent,
  EpisodeView,
  ForkRequest,
  GroupClosedEvent,
  GroupPlace,
  LateRewardView,
  ObserveReply,
  PublicTask,
  SnapshotReply,
  StepReply,
} from '../../core/protocol/index.ts'
import type { Link } from './link.ts'

/** What an episode needs of the client it belongs to. */
export interface EpisodeHost {
  readonly link: Link
  /** Episodes that other requests started. */
  began(view: EpisodeView): RemoteEpisode
}

type AnsweredStep = Pick<
  StepReply,
  'episode' | 'index' | 'observation' | 'actions' | 'ending' | 'endingReason' | 'outcome'
>

/** Options of forks on a server. */
export type RemoteForkOptions = Pick<ForkRequest, 'count' | 'rng' | 'number' | 'agent'>

/** The seed of an episode on the server. @throws GymError FORBIDDEN where the server shows none */
export function shownSeed({ seed }: RemoteEpisode): Seed {
  if (seed !== null) return seed
  throw new GymError('FORBIDDEN', 'the server shows seeds to trainers only: give a seed, or connect as a trainer')
}

/** An episode on the server, as its replies describe it. */
export class RemoteEpisode {
  /** Identifier of the episode and its trajectory. */
  readonly id: string
  readonly task: PublicTask
  /** As the server shows it or, where it shows agents none, as the client gave it; null where it was drawn. */
  readonly seed: Seed | null
  readonly member: number
  /** Forks that led here, '' for none. */
  readonly forkPath: string
  readonly maxSteps: number
  readonly group: GroupPlace | null
  /** Its group when it has closed; null without a group. */
  readonly groupClosed: Promise<GroupClosedEvent> | null
  readonly #host: EpisodeHost
  readonly #late: LateRewardView[] = []
  #index: number
  #observation: string
  #actions: readonly Json[] | null
  #ending: Ending | null
  #endingReason: string | null
  #outcome: readonly Reward[] | null = null
  #underWay = 0

  constructor(host: EpisodeHost, view: EpisodeView, groupClosed: Promise<GroupClosedEvent> | null) {
    this.#host = host
    this.id = view.episode
    this.task = view.task
    this.seed = view.seed
    this.member = view.member
    this.forkPath = view.forkPath
    this.maxSteps = view.maxSteps
    this.group = view.group
    this.groupClosed = groupClosed
    this.#index = view.index
    this.#observation = view.observation
    this.#actions = view.actions
    this.#ending = view.ending
    this.#endingReason = view.endingReason
  }

  /** Steps that have been answered, those of its past included. */
  get index(): number {
    return this.#index
  }
  /** What to act on. */
  get observation(): string {
    return this.#observation
  }
  /** Admissible actions, null where the environment lists none or the episode has ended. */
  get actions(): readonly Json[] | null {
    return this.#actions
  }
  /** Null while the episode is running. */
  get ending(): Ending | null {
    return this.#ending
  }
  get endingReason(): string | null {
    return this.#endingReason
  }
  /** Rewards of the trajectory as a whole, once it has ended; null before, and for agents. */
  get outcome(): readonly Reward[] | null {
    return this.#outcome
  }
  /** Rewards that came after their steps, so far. */
  get lateRewards(): readonly LateRewardView[] {
    return this.#late
  }

  /**
   * Takes a step. Further steps may be asked for before the first is answered; they are taken in their order.
   * @throws GymError EPISODE_ENDED, EPISODE_ABORTED; EVIDENCE_INVALID; ENV_FAILED and ENV_TIMEOUT; as `Link.ask`
   */
  step(action: Json, evidence?: Evidence): Promise<StepReply> {
    const index = this.#index + this.#underWay++
    const asking = { type: 'step', episode: this.id, index, action, ...(evidence && { evidence }) } as const
    let isAnswered = false
    const answer = (reply: StepReply): StepReply => {
      isAnswered = true
      this.#underWay--
      this.stepped(reply)
      return reply
    }
    return this.#host.link.ask(asking, answer).catch((thrown: unknown) => {
      if (!isAnswered) this.#underWay--
      throw thrown
    })
  }

  /** Shows its current point, with the public part of its state. @param view another than `text` by its name */
  observe(view?: string): Promise<ObserveReply> {
    const asking = { type: 'observe', episode: this.id, ...(view !== undefined && { view }) } as const
    return this.#host.link.ask(asking, (reply) => reply)
  }

  /** The tools of the present turn, null where the environment has none of its own. @throws GymError as `Link.ask` */
  listTools(): Promise<readonly ToolDescription[] | null> {
    return this.#host.link.ask({ type: 'observe', episode: this.id, tools: true }, ({ tools = null }) => tools)
  }

  /** Keeps this point under a handle of the server or, sealed, with the client. @throws GymError FORBIDDEN and others */
  snapshot({ sealed = false }: { readonly sealed?: boolean } = {}): Promise<SnapshotReply> {
    return this.#host.link.ask({ type: 'snapshot', episode: this.id, sealed }, (reply) => reply)
  }

  /** Other futures of this past. @throws GymError FORK_UNSUPPORTED, FORBIDDEN and others */
  fork(request: RemoteForkOptions = {}): Promise<readonly RemoteEpisode[]> {
    const asking = { type: 'fork', episode: this.id, ...request } as const
    return this.#host.link.ask(asking, ({ episodes }) => episodes.map((view) => this.#host.began(view)))
  }

  /** Aborts a running episode. @param truncate Truncates it instead, for this reason. */
  async close({ truncate }: { readonly truncate?: string } = {}): Promise<void> {
    const asking = { type: 'close', episode: this.id, ...(truncate !== undefined && { truncate }) } as const
    await this.#host.link.ask(asking, () => undefined)
  }

  /** Called by the client, not by its user. */
  rewarded(reward: LateRewardView): void {
    this.#late.push(reward)
  }

  /** Called by the client, not by its user: it ended otherwise than by a step. */
  ended({ ending, endingReason, outcome }: Pick<EndedEvent, 'ending' | 'endingReason' | 'outcome'>): void {
    this.#ending = ending
    this.#endingReason = endingReason
    this.#outcome = outcome ?? null
    this.#actions = null
  }

  /** Called by the client, not by its user: a step has been answered. */
  stepped({ index, observation, actions, ending, endingReason, outcome, episode }: AnsweredStep): void {
    if (index !== this.#index || episode !== this.id)
      throw new GymError('FRAME_INVALID', `step ${this.#index} of ${this.id} was answered by ${index} of ${episode}`)
    this.#index = index + 1
    this.#observation = observation
    this.#actions = actions
    if (ending !== null) this.ended({ ending, endingReason, ...(outcome && { outcome }) })
  }
}
