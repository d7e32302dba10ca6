import type { Ending, Info, Json, Reward } from '../data/types.ts'
import type { CreditView } from './credit.ts'
import type { Numbered, Reply } from './replies.ts'
import type { PROTOCOL } from './requests.ts'

/**
 * What a client may do. `agent`: reset, step, observe, close. `trainer`: all, and it sees the rewards. `observer`:
 * observe, and change nothing.
 */
export type Role = 'agent' | 'trainer' | 'observer'

/** The environment that a socket's address names. */
export interface EnvironmentView {
  /** In addresses. */
  readonly name: string
  /** `name@version`. */
  readonly id: `${string}@${number}`
  readonly summary: string | null
  readonly maxSteps: number
  readonly fork: 'value' | 'replay' | 'none'
  readonly views: readonly string[]
  readonly splits: readonly string[]
  /** JSON Schema, where the environment gives one. */
  readonly actionSchema: unknown
}

/** The first frame of every socket. It has no number, and is not sent again. */
export interface Welcome {
  readonly type: 'welcome'
  readonly protocol: typeof PROTOCOL
  /** Token that resumes this session: keep it secret, it represents the client. */
  readonly session: string
  readonly role: Role
  readonly environment: EnvironmentView
  /** Names of all that are served. */
  readonly environments: readonly string[]
  readonly limits: Readonly<Record<string, number>>
}

/** One reward that came after its step. */
export interface LateRewardView {
  readonly episode: string
  /** Index of the step; null for the trajectory as a whole. */
  readonly step: number | null
  readonly reward: Reward
}

export interface RewardsEvent extends Numbered {
  readonly type: 'rewards'
  readonly rewards: readonly LateRewardView[]
}

/** A trajectory of a closed group, without its observations. */
export interface MemberView {
  readonly episode: string
  readonly member: number
  readonly forkPath: string
  readonly ending: Ending
  readonly endingReason: string | null
  /** Rewards of the whole trajectory: outcome hooks in order, then group hooks. */
  readonly rewards: readonly Reward[]
  /**
   * The vector of each step: the environment's, turn, process and group hooks in order. Empty where a frame cannot hold
   * those of the whole group; `abridged` then says so.
   */
  readonly steps: readonly (readonly Reward[])[]
}

/** Sent once for each group; what comes later is recorded and changes nothing. */
export interface GroupClosedEvent extends Numbered {
  readonly type: 'group.closed'
  readonly group: string
  readonly task: string
  readonly startTag: string
  /** Those that terminated or truncated, in order of member. */
  readonly members: readonly MemberView[]
  /** Those that were aborted: never part of credit. */
  readonly aborted: readonly MemberView[]
  /** What was asked for, in that order; empty where nothing was. */
  readonly credit: readonly CreditView[]
  /** Why the rewards of steps, and perhaps advantages, are left out; null where all of it is here. */
  readonly abridged: string | null
}

/** An episode ended otherwise than by the step that a reply was for: at a deadline, or with its server. */
export interface EndedEvent extends Numbered {
  readonly type: 'ended'
  readonly episode: string
  /** Steps taken. */
  readonly index: number
  readonly ending: Ending
  readonly endingReason: string | null
  /** Rewards of the whole trajectory. Not for agents. */
  readonly outcome?: readonly Reward[]
}

/** Another client's step, for observers: it is in the log, and about to be answered. */
export interface StepTakenEvent extends Numbered {
  readonly type: 'step.taken'
  readonly episode: string
  /** Id of the task. */
  readonly task: string
  /** Zero-based step index. */
  readonly index: number
  readonly action: Json
  /** What the action led to. */
  readonly observation: string
  /** The environment's own. Null says that it did not judge this step. */
  readonly reward: number | null
  /** The vector: the environment's first, then the turn hooks'. */
  readonly rewards: readonly Reward[]
  readonly terminated: boolean
  readonly truncated: boolean
  readonly isActionValid: boolean
  readonly info: Info
  /** Steps left out since the last one sent: they came faster than they were read, or exceed the frame limit. */
  readonly missed: number
}

/** Events were lost because they were not read in time; replies never are. It stands in place of the last of them. */
export interface DroppedEvent extends Numbered {
  readonly type: 'dropped'
  readonly count: number
}

export type GymEvent = RewardsEvent | GroupClosedEvent | EndedEvent | StepTakenEvent | DroppedEvent
export type ServerFrame = Welcome | Reply | GymEvent
