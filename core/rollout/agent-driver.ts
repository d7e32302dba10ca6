import { Deadline, Lapsed } from '../data/deadline.ts'
import { GymError, messageOf, reasonOf } from '../data/errors.ts'
import { isPromise, type MaybePromise } from '../data/maybe-promise.ts'
import { deriveKey, type Key, Rng } from '../data/rng.ts'
import type { Ending, Json } from '../data/types.ts'
import { type Owner, owned } from '../data/user-code.ts'
import type { Agent, AgentContext, AgentSetting, AskExpert, Choice, ListTools, Turn } from './agent.ts'

/** Milliseconds that an agent may think in one episode, where nothing else is set. */
export const DEFAULT_AGENT_MS = 600_000

/** What an agent decides on: an episode as it is now, here or on a server. */
export interface Situation {
  readonly observation: string
  readonly history: readonly Turn[]
  /** Admissible actions, null where the environment lists none. */
  readonly actions: readonly Json[] | null
  /** Key of the agent's random streams: `agentKeyOf` the episode's lineage. */
  readonly agentKey: Key
  /** Steps taken, which chooses the stream. */
  readonly index: number
  /** What else the agent may know; undefined where it is not known, as on a server. */
  readonly setting?: AgentSetting | undefined
  /** Tools of the present turn; undefined where they cannot be known. */
  readonly listTools?: ListTools | undefined
  /** Action of the environment's own solver; undefined if there is none, as on a server. */
  expert?(rng: Rng, noise: number): Json | undefined
}

/** Why an agent acts no more, and how its episode is to end. */
export interface AgentStop {
  readonly ending: Exclude<Ending, 'terminated'>
  /** `agentMs`, `cancelled`, or the failure. */
  readonly reason: string
  /** What the agent threw; null where its time was up. */
  readonly failure: GymError | null
}

export interface AgentDriverSettings {
  readonly agent: Agent
  /** Milliseconds the agent may think in the whole episode; Infinity for no limit. @default 600000 */
  readonly agentMs?: number
  /** Cancels the agent, and with it the episode. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks an agent for its choices in one episode, within its time. It makes no promise unless the agent does. Rollouts,
 * sampling, clients of a server and play-outs of the oracle all drive their agents through it.
 */
export class AgentDriver {
  readonly #agent: Agent
  readonly #signal: AbortSignal | undefined
  #msLeft: number

  constructor({ agent, agentMs = DEFAULT_AGENT_MS, signal }: AgentDriverSettings) {
    this.#agent = agent
    this.#signal = signal
    this.#msLeft = agentMs
  }

  /** False once a choice took all that was left. */
  get hasTime(): boolean {
    return this.#msLeft > 0
  }

  /**
   * The agent's choice.
   * @param draw Number of the choice at this point; 0 is the one of a plain rollout, others draw from other streams.
   * @returns A stop where the agent failed, was cancelled or has no time left. Never throws.
   */
  choose(situation: Situation, draw = 0): MaybePromise<Choice | AgentStop> {
    if (!this.hasTime) return OUT_OF_TIME
    const deadline = new Deadline(this.#msLeft, this.#signal)
    const began = this.#now()
    try {
      const agent = this.#agent
      const given = owned(new AgentCall(agent, deadline), () => agent.act(contextOf(agent, situation, draw, deadline)))
      if (isPromise(given)) return this.#chosenLate(deadline.race(given), began)
      this.#msLeft -= this.#now() - began
      return expectChoice(given)
    } catch (thrown) {
      return this.#stopOf(thrown)
    }
  }

  async #chosenLate(given: Promise<Choice>, began: number): Promise<Choice | AgentStop> {
    try {
      return expectChoice(await given)
    } catch (thrown) {
      return this.#stopOf(thrown)
    } finally {
      this.#msLeft -= this.#now() - began
    }
  }

  /** Without a limit no clock is read: play-outs take a step in less time than that takes. */
  #now(): number {
    return this.#msLeft === Number.POSITIVE_INFINITY ? 0 : performance.now()
  }

  #stopOf(thrown: unknown): AgentStop {
    if (this.#signal?.aborted) return { ending: 'aborted', reason: 'cancelled', failure: agentFailure(thrown) }
    if (thrown instanceof Lapsed) return OUT_OF_TIME
    return { ending: 'aborted', reason: failureOf(thrown), failure: agentFailure(thrown) }
  }
}

/** What an agent throws late ends its episode while its choice is awaited; what it has chosen stands. */
class AgentCall implements Owner {
  readonly #agent: Agent
  readonly #deadline: Deadline

  constructor(agent: Agent, deadline: Deadline) {
    this.#agent = agent
    this.#deadline = deadline
  }

  get name(): string {
    return `agent ${this.#agent.name}`
  }

  failed(thrown: unknown): void {
    this.#deadline.fail(thrown)
  }
}

export const isStop = (decision: Choice | AgentStop): decision is AgentStop => 'ending' in decision

const OUT_OF_TIME: AgentStop = Object.freeze({ ending: 'truncated', reason: 'agentMs', failure: null })

const agentFailure = (thrown: unknown): GymError => new GymError('AGENT_FAILED', messageOf(thrown), { cause: thrown })

/** The reason of an abort. An environment that cannot list its actions fails while its agent is asked. */
export const failureOf = (thrown: unknown): string =>
  thrown instanceof GymError ? reasonOf(thrown) : `AGENT_FAILED: ${messageOf(thrown)}`

/** Read once, here: an agent's answer may be more than data. */
function expectChoice(choice: Choice): Choice {
  if (typeof choice !== 'object' || choice === null || !('action' in choice))
    throw new GymError('AGENT_FAILED', 'an agent answers { action, evidence? }')
  const { action, evidence } = choice
  return evidence === undefined ? { action } : { action, evidence }
}

/** Counters below 0 name streams; steps count from 0. */
const DRAW_STREAM = -1

/** What one `act` gets; what few agents ask for is made only when they do. */
function contextOf(agent: Agent, situation: Situation, draw: number, deadline: Deadline): AgentContext {
  const { observation, history, index } = situation
  let rng: Rng | undefined
  const context: AgentContext = {
    observation,
    history,
    get actions() {
      return situation.actions
    },
    ...(situation.listTools && { listTools: situation.listTools }),
    ...(situation.setting && { setting: situation.setting }),
    get rng() {
      rng ??= new Rng(keyOf(situation.agentKey, draw), index)
      return rng
    },
    get signal() {
      return deadline.signal
    },
  }
  return agent.isPrivileged ? Object.assign(context, { expert: askerOf(situation, () => context.rng) }) : context
}

function askerOf(situation: Situation, rng: () => Rng): AskExpert {
  return (noise) => {
    const action = situation.expert?.(rng(), noise)
    if (action !== undefined) return action
    throw new GymError('AGENT_FAILED', 'this environment offers no expert here: choose another agent')
  }
}

const keyOf = (agentKey: Key, draw: number): Key => (draw === 0 ? agentKey : deriveKey(agentKey, DRAW_STREAM, draw))
