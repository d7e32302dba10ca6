import type { Evidence, Json } from '../data/types.ts'
import type { Asked, Beginning, GroupTermFields, JoinedGroup } from './common.ts'
import type { VectorCloseRequest, VectorOpenRequest, VectorResetRequest, VectorStepRequest } from './vector.ts'

export type { Asked, Beginning, GroupTermFields, JoinedGroup, RequestId, Stragglers, TaskFields } from './common.ts'

/** WebSocket subprotocol of the native dialect; another version has another name. */
export const PROTOCOL = 'stepgym.v1'

/** Starts an episode. Any number of them may run at once. */
export interface ResetRequest extends Beginning {
  readonly type: 'reset'
  /** Trainers only. */
  readonly group?: JoinedGroup
  /** Position in the group, or number of the random stream of a single episode. */
  readonly member?: number
}

/** Takes a step. Steps of one episode are taken in the order of their requests, those of others meanwhile. */
export interface StepRequest<Action = Json, Proof = Evidence> extends Asked {
  readonly type: 'step'
  readonly episode: string
  readonly action: Action
  /**
   * Which step this is to be, counted from 0. A step that was taken before is answered again from the log, so that a
   * client that lost its reply, even to a restart of the server, may simply ask again.
   */
  readonly index?: number
  readonly evidence?: Proof
}

/** Shows the current point of an episode; another view than `text` by its name. */
export interface ObserveRequest extends Asked {
  readonly type: 'observe'
  readonly episode: string
  /** @default 'text' */
  readonly view?: string
  /** Whether the reply has the tools of the present turn. @default false */
  readonly tools?: boolean
}

/** Saves the current point of an episode: under a handle on the server or, sealed, with the client. */
export interface SnapshotRequest extends Asked {
  readonly type: 'snapshot'
  readonly episode: string
  /** @default false */
  readonly sealed?: boolean
}

/** Other futures of one past, all started by one frame. Just one of `episode`, `snapshot` and `sealed`. */
export interface ForkRequest extends Asked {
  readonly type: 'fork'
  readonly episode?: string
  readonly snapshot?: string
  readonly sealed?: string
  /** @default 1 */
  readonly count?: number
  /** Futures of their own, or futures that forks of the same step and number share. @default 'fresh' */
  readonly rng?: 'fresh' | 'common'
  /** Number of the first common future; the others follow. @default 0 */
  readonly number?: number
  readonly agent?: string
}

/** Continues from a snapshot as the episode itself would have. Just one of `snapshot` and `sealed`. */
export interface RestoreRequest extends Asked {
  readonly type: 'restore'
  readonly snapshot?: string
  readonly sealed?: string
  readonly agent?: string
}

/** Starts all members of a group at once, from one state. */
export interface GroupRequest extends Beginning, GroupTermFields {
  readonly type: 'group'
  readonly size: number
}

/** Lists tasks of a split, without their private parts. */
export interface TasksRequest extends Asked {
  readonly type: 'tasks'
  /** @default the first */
  readonly split?: string
  /** @default 0 */
  readonly offset?: number
  /** @default the limit taskPage */
  readonly limit?: number
}

/** What can be subscribed to. */
export const SUBSCRIBED = ['rewards', 'group.closed', 'ended', 'step.taken'] as const
export type Subscribed = (typeof SUBSCRIBED)[number]

/** Events of the whole environment, beside those of one's own episodes and groups. Replaces what was asked before. */
export interface SubscribeRequest extends Asked {
  readonly type: 'subscribe'
  readonly events: readonly Subscribed[]
}

/** Continues with a session whose socket was lost; the first request of a new socket. */
export interface ResumeRequest extends Asked {
  readonly type: 'resume'
  /** As `welcome` gave it. */
  readonly session: string
  /** The last frame that was received, 0 for none: those after it are sent again. */
  readonly lastSeq: number
}

/** Ends an episode, or discards a snapshot; with neither, ends the session. */
export interface CloseRequest extends Asked {
  readonly type: 'close'
  readonly episode?: string
  readonly snapshot?: string
  /** Reason for which the episode ends as truncated; without one it ends as aborted. Trainers only. */
  readonly truncate?: string
}

/** Everything up to `seq` has been received. It has no id and no reply. */
export interface AckFrame {
  readonly type: 'ack'
  readonly seq: number
}

type Others =
  | ResetRequest
  | ObserveRequest
  | SnapshotRequest
  | ForkRequest
  | RestoreRequest
  | GroupRequest
  | TasksRequest
  | SubscribeRequest
  | ResumeRequest
  | CloseRequest
  | VectorOpenRequest
  | VectorResetRequest
  | VectorCloseRequest

/** What a client sends and gets a reply to. */
export type Request = StepRequest | VectorStepRequest | Others

/** As it arrives: whether an action can be read is for the environment to say, and evidence is read later. */
export type ReceivedRequest<Value> = StepRequest<Value, Value> | VectorStepRequest<unknown, unknown> | Others

export type RequestType = Request['type']
