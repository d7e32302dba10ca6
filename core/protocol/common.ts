import type { Seed } from '../data/rng.ts'
import type { Ending, Json } from '../data/types.ts'
import type { GroupCreditRequest } from './credit.ts'

/** The client's own name of a request, echoed by its reply. It is free again once the reply is acknowledged. */
export type RequestId = string | number

export interface Asked {
  readonly id: RequestId
  /** Every server frame up to this sequence number has been received: the server may forget them. */
  readonly ack?: number
}

/** Which task: by its id, or by its place in a split; the seed chooses what is left open. */
export interface TaskFields {
  readonly task?: string
  readonly split?: string
  /** Only with `split`. */
  readonly index?: number
}

/** Members still running at a group's deadline: end them as truncated, end them as aborted, or wait for them. */
export type Stragglers = 'truncate' | 'abort' | 'wait'

export interface GroupTermFields {
  /** Members that are awaited before the group closes. */
  readonly size?: number
  /** @default 'truncate' */
  readonly stragglers?: Stragglers
  /** From the first member on. @default the limit groupMs */
  readonly deadlineMs?: number
  /** Aborted members whose places may be taken again before the deadline. @default 0 */
  readonly replacements?: number
  /** Advantages that `group.closed` is to bring, each under another name. @default none */
  readonly credit?: readonly GroupCreditRequest[]
}

/** A group that several requests, of one socket or many, fill. The first says the terms; others may repeat them. */
export interface JoinedGroup extends GroupTermFields {
  readonly id: string
}

export interface Beginning extends Asked, TaskFields {
  /** Drawn where it is left out. */
  readonly seed?: Seed
  /** Not above the environment's. */
  readonly maxSteps?: number
  /** Who acts, for the record. */
  readonly agent?: string
}

/** Counts the frames of a session from 1; frames that were lost for lack of room leave a gap. */
export interface Numbered {
  readonly seq: number
}

export interface PublicTask {
  readonly id: string
  readonly split: string
  readonly public: Json
}

/** A member's place in its group. */
export interface GroupPlace {
  readonly id: string
  readonly size: number
  readonly member: number
  /** Equal for members that began in one state, and says nothing about it. */
  readonly startTag: string
}

/** Current point of an episode: at its start, after a fork, or in a resumed session. */
export interface EpisodeView {
  /** The server's name of the episode and its trajectory. */
  readonly episode: string
  readonly task: PublicTask
  /** Null for agents: what the episode hides may follow from it. */
  readonly seed: Seed | null
  readonly member: number
  readonly forkPath: string
  readonly maxSteps: number
  /** Steps taken. */
  readonly index: number
  readonly observation: string
  /** Admissible actions, null where the environment lists none or the episode has ended. */
  readonly actions: readonly Json[] | null
  readonly ending: Ending | null
  readonly endingReason: string | null
  readonly group: GroupPlace | null
}
