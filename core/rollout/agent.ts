import type { MaybePromise } from '../data/maybe-promise.ts'
import type { Rng } from '../data/rng.ts'
import type { Evidence, Json, JsonObject } from '../data/types.ts'
import type { ToolDescription } from '../episode/tool-interface.ts'

/** One past turn as the agent saw it: no rewards, nothing private. */
export interface Turn {
  readonly observation: string
  readonly action: Json
  readonly isActionValid: boolean
}

/** What an agent may know of the episode beside its observations. */
export interface AgentSetting {
  /** `name@version` */
  readonly environment: string
  /** The public part of the task. */
  readonly task: Json
  /** JSON Schema of an action; null where the environment has none. */
  readonly actionSchema: unknown
  /** Position within its group; left out where it is not known. */
  readonly member?: number
}

/** What an agent is given when it is asked for an action. */
export interface AgentContext {
  readonly observation: string
  /** Earlier turns of this episode, oldest first. Read it during `act`; it grows during the episode. */
  readonly history: readonly Turn[]
  /** Admissible actions where the environment lists them, else null. */
  readonly actions: readonly Json[] | null
  /** Asks for the tools of the present turn: null where the environment has none. On a server it is a request. */
  readonly listTools?: ListTools
  /** Left out where it is not known, as on a server. */
  readonly setting?: AgentSetting
  /** A stream of the agent's own, a function of the episode and the step. */
  readonly rng: Rng
  /** Only for agents with `isPrivileged`, in this process. */
  readonly expert?: AskExpert
  /** Aborted when the episode is cancelled or the agent's time is up. */
  readonly signal: AbortSignal
}

/** Asks for tools. Left out where they cannot be known, and throws as the environment or the server does. */
export type ListTools = () => MaybePromise<readonly ToolDescription[] | null>

/** Asks the environment's own solver, which sees hidden answers. @throws GymError AGENT_FAILED where it has none */
export type AskExpert = (noise: number) => Json

/** What an agent has used, over all its episodes. */
export interface AgentUsage {
  /** One line for a reader. */
  readonly text: string
  readonly values: JsonObject
}

/** Action of an agent, with the evidence behind it. */
export interface Choice {
  readonly action: Json
  readonly evidence?: Evidence
}

/**
 * A function of what it is given: it keeps nothing of an episode between calls, so that forking an episode forks its
 * agent, and one agent object serves any number of episodes at once. `checkAgent` holds agents to this.
 */
export interface Agent {
  /** Recorded with every run. */
  readonly name: string
  /** Whether it sees hidden answers: its name marks its episodes in every record. @default false */
  readonly isPrivileged?: boolean
  act(context: AgentContext): MaybePromise<Choice>
  /** What it has used so far, such as tokens and their cost: for the report of a rollout. */
  usage?(): AgentUsage
}
