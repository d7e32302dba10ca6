import { type ErrorCode, GymError, reasonOf } from '../../core/data/errors.ts'
import type { Key, Seed } from '../../core/data/rng.ts'
import type { Evidence, Json } from '../../core/data/types.ts'
import { agentKeyOf, lineageOf } from '../../core/episode/lineage.ts'
import type { StepReply } from '../../core/protocol/index.ts'
import type { Agent, AgentSetting, Choice, ListTools, Turn } from '../../core/rollout/agent.ts'
import { AgentDriver, isStop, type Situation } from '../../core/rollout/agent-driver.ts'
import type { RemoteEpisode } from './episode.ts'

/** Settings of an agent that plays on a server. */
export interface PlaySettings {
  readonly agent: Agent
  /** Milliseconds the agent may think in the whole episode. @default 600000 */
  readonly agentMs?: number
  /** Turns before the first, as after a fork. */
  readonly history?: readonly Turn[]
  /** What the agent may know of the episode beside its observations, such as the public part of its task. */
  readonly setting?: AgentSetting
  readonly signal?: AbortSignal
  readonly onStep?: (step: PlayedStep) => void
}

/** A step as its client saw it. */
export interface PlayedStep extends StepReply {
  /** What the agent acted on. */
  readonly before: string
  readonly action: Json
  readonly evidence: Evidence | null
}

/** Result of an episode that was played on a server. */
export interface Played {
  /** In order. How the episode ended stands in it. */
  readonly steps: readonly PlayedStep[]
  /** Why its agent acted no more; null where the episode ended, or its agent had no time left. */
  readonly agentFailure: GymError | null
  /** Why the episode ended where its client ended it, in the words of the kernel; null where the server did. */
  readonly endingReason: string | null
}

/** As the kernel calls it. */
const OUT_OF_TIME = 'agentMs'

/**
 * Lets an agent act in an episode on the server until it ends, as `rollout` of the kernel does in process: it gets the
 * same observations, actions and random streams, and the episode the same end. An agent without time left truncates it (by
 * `agentMs`; that is for trainers, for others it ends as aborted), one that throws or is cancelled aborts it.
 * @throws GymError as `RemoteEpisode.step`, except what is over with the episode
 */
export async function playEpisode(episode: RemoteEpisode, settings: PlaySettings): Promise<Played> {
  const player = new Player(episode, settings)
  const steps: PlayedStep[] = []
  while (episode.ending === null) {
    const choice = await player.choose()
    const step = choice && (await player.take(choice))
    if (!step) break
    steps.push(step)
    settings.onStep?.(step)
  }
  const isOpen = episode.ending === null
  if (isOpen) await closed(episode, player).catch(unlessOver)
  return { steps, agentFailure: player.failure, endingReason: isOpen ? player.endingReason : null }
}

async function closed(episode: RemoteEpisode, { endingReason }: Player): Promise<void> {
  if (endingReason !== OUT_OF_TIME) return episode.close()
  try {
    await episode.close({ truncate: endingReason })
  } catch (thrown) {
    if (!(thrown instanceof GymError && thrown.code === 'FORBIDDEN')) throw thrown
    await episode.close()
  }
}

/** For an agent that neither gave nor is shown the seed of its episode. */
const drawnSeed = (): Seed => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0

/** An agent in an episode on the server. */
class Player implements Situation {
  readonly history: Turn[]
  readonly agentKey: Key
  readonly setting: AgentSetting | undefined
  readonly listTools: ListTools
  readonly #episode: RemoteEpisode
  readonly #driver: AgentDriver
  #failure: GymError | null = null
  #endingReason: string | null = null

  constructor(episode: RemoteEpisode, { agent, agentMs, signal, setting, history = [] }: PlaySettings) {
    this.#episode = episode
    this.setting = setting
    this.listTools = () => episode.listTools().catch(noneIfOver)
    this.history = [...history]
    this.agentKey = agentKeyOf(lineageOf(episode.seed ?? drawnSeed(), episode.member, episode.forkPath))
    this.#driver = new AgentDriver({ agent, signal, ...(agentMs !== undefined && { agentMs }) })
  }

  get observation(): string {
    return this.#episode.observation
  }
  get actions(): readonly Json[] | null {
    return this.#episode.actions
  }
  get index(): number {
    return this.#episode.index
  }

  get failure(): GymError | null {
    return this.#failure
  }

  /** Why it acts no more, in the words of the kernel. */
  get endingReason(): string | null {
    return this.#endingReason
  }

  /** Null where the agent failed, ran out of time or was cancelled. */
  async choose(): Promise<Choice | null> {
    const decision = await this.#driver.choose(this)
    if (!isStop(decision)) return decision
    this.#failure = decision.failure
    this.#endingReason = decision.reason
    return null
  }

  /** Null where the episode is over: it ended meanwhile, or broke down. */
  async take({ action, evidence }: Choice): Promise<PlayedStep | null> {
    const { observation: before } = this.#episode
    try {
      const reply = await this.#episode.step(action, evidence)
      this.history.push({ observation: before, action, isActionValid: reply.isActionValid })
      return { ...reply, before, action, evidence: evidence ?? null }
    } catch (thrown) {
      unlessOver(thrown)
      if (thrown instanceof GymError && UNTAKEN.includes(thrown.code)) this.#endingReason = reasonOf(thrown)
      return null
    }
  }
}

/** Refusals that leave an episode as it was: its client ends it, as the kernel would. */
const UNTAKEN: readonly ErrorCode[] = ['EVIDENCE_INVALID', 'FRAME_TOO_LARGE']

/** What ends an episode and nothing else. */
const OVER: readonly ErrorCode[] = [
  'EFFECT_FAILED',
  'ENV_ASYNC',
  'ENV_FAILED',
  'ENV_INVALID',
  'ENV_TIMEOUT',
  'EPISODE_ABORTED',
  'EPISODE_ENDED',
  'EPISODE_UNKNOWN',
  'EVIDENCE_INVALID',
  'FRAME_TOO_LARGE',
  'STATE_NOT_PLAIN',
  'STATE_TOO_LARGE',
]

/** The step that follows says that the episode is over. */
function noneIfOver(thrown: unknown): null {
  unlessOver(thrown)
  return null
}

export function unlessOver(thrown: unknown): void {
  if (!(thrown instanceof GymError && OVER.includes(thrown.code))) throw thrown
}
