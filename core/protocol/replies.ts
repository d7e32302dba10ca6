import type { ErrorCode } from '../data/errors.ts'
import type { Ending, Info, Json, JsonObject, Reward } from '../data/types.ts'
import type { ToolDescription } from '../episode/tool-interface.ts'
import type { EpisodeView, Numbered, PublicTask, RequestId } from './common.ts'
import type { RequestType, Subscribed } from './requests.ts'
import type { VectorReplies, VectorView } from './vector.ts'

export type { EpisodeView, GroupPlace, Numbered, PublicTask } from './common.ts'

interface Answered extends Numbered {
  readonly id: RequestId
}

export interface ResetReply extends Answered, EpisodeView {
  readonly type: 'reset'
}

/** A step that is judged by the turn hooks and safe in the log. */
export interface StepReply extends Answered {
  readonly type: 'step'
  readonly episode: string
  /** Zero-based step index. */
  readonly index: number
  /** What the action led to. */
  readonly observation: string
  /** The environment's own. Null says that it did not judge this step. */
  readonly reward: number | null
  readonly terminated: boolean
  readonly truncated: boolean
  readonly isActionValid: boolean
  readonly info: Info
  readonly actions: readonly Json[] | null
  /** The episode's, where this was its last step or it ended meanwhile. */
  readonly ending: Ending | null
  readonly endingReason: string | null
  /** The vector: the environment's first, then the turn hooks'. Not for agents. */
  readonly rewards?: readonly Reward[]
  /** Rewards of the whole trajectory, once it has ended. Not for agents. */
  readonly outcome?: readonly Reward[]
}

export interface ObserveReply extends Answered {
  readonly type: 'observe'
  readonly episode: string
  readonly index: number
  readonly view: string
  readonly observation: string
  readonly actions: readonly Json[] | null
  /** What the environment shows of the state itself. */
  readonly state: JsonObject
  readonly ending: Ending | null
  readonly endingReason: string | null
  /** Where the request asked for them: tools of the present turn; null where the environment has none of its own. */
  readonly tools?: readonly ToolDescription[] | null
}

/** Just one of `snapshot` and `sealed` is not null. */
export interface SnapshotReply extends Answered {
  readonly type: 'snapshot'
  readonly episode: string
  readonly index: number
  /** A handle of this session. */
  readonly snapshot: string | null
  /** The snapshot itself, which only servers of the same key, environment and data can open. */
  readonly sealed: string | null
}

export interface ForkReply extends Answered {
  readonly type: 'fork'
  readonly episodes: readonly EpisodeView[]
}

export interface RestoreReply extends Answered, EpisodeView {
  readonly type: 'restore'
}

export interface GroupReply extends Answered {
  readonly type: 'group'
  readonly group: string
  readonly size: number
  readonly startTag: string
  /** In order of member. */
  readonly episodes: readonly EpisodeView[]
}

export interface TasksReply extends Answered {
  readonly type: 'tasks'
  readonly splits: readonly string[]
  readonly split: string
  readonly offset: number
  /** Tasks of the split. */
  readonly total: number
  readonly tasks: readonly PublicTask[]
}

export interface SubscribeReply extends Answered {
  readonly type: 'subscribe'
  readonly events: readonly Subscribed[]
}

/** Sent after the frames that were missed. */
export interface ResumeReply extends Answered {
  readonly type: 'resume'
  /** Frames that were sent again before this one. */
  readonly missed: number
  /** True where the server was restarted meanwhile: send requests without a reply again. */
  readonly restored: boolean
  /**
   * Where it was restarted: ids of groups with members of this session that continue, or whose closing was sent again.
   * Servers of earlier versions leave it out.
   */
  readonly groups?: readonly string[]
  /** The session's running episodes. */
  readonly episodes: readonly EpisodeView[]
  readonly vectors: readonly VectorView[]
}

export interface CloseReply extends Answered {
  readonly type: 'close'
}

/** A request that was refused or failed; id null where it could not be read. */
export interface ErrorReply extends Numbered {
  readonly type: 'error'
  readonly id: RequestId | null
  readonly code: ErrorCode
  readonly message: string
  /** Reply to a step that was taken and whose reply is too large, without what is large. */
  readonly step?: Omit<StepReply, 'type' | 'id' | 'seq'>
}

/** What answers each type of request, where it is not an `ErrorReply`. */
export interface Replies extends VectorReplies {
  readonly reset: ResetReply
  readonly step: StepReply
  readonly observe: ObserveReply
  readonly snapshot: SnapshotReply
  readonly fork: ForkReply
  readonly restore: RestoreReply
  readonly group: GroupReply
  readonly tasks: TasksReply
  readonly subscribe: SubscribeReply
  readonly resume: ResumeReply
  readonly close: CloseReply
}

export type ReplyOf<Type extends RequestType> = Replies[Type]
export type Reply = Replies[RequestType] | ErrorReply
