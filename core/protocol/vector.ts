import type { ErrorCode } from '../data/errors.ts'
import type { Evidence, Info, Json, Reward } from '../data/types.ts'
import type { Asked, Beginning, EpisodeView, JoinedGroup, Numbered, RequestId } from './common.ts'

/**
 * What happens to a slot whose episode has ended, with the meaning these names have in Gymnasium. `disabled`: nothing,
 * until `vector.reset`. `next-step`: the next step of the slot starts another episode, and its action is ignored.
 * `same-step`: the step that ends an episode starts another, and returns the state of both.
 */
export const AUTORESETS = ['disabled', 'next-step', 'same-step'] as const
export type Autoreset = (typeof AUTORESETS)[number]

/** When a reply comes: all slots together, or each as it gets ready. */
export const DELIVERIES = ['whole', 'ready'] as const
export type Delivery = (typeof DELIVERIES)[number]

/** The episode of a slot, as `reset` takes it. The seeds of the slot's later episodes are derived from its seed. */
export interface SlotStart extends Omit<Beginning, 'id' | 'ack' | 'agent'> {
  /** Trainers only, and only without autoreset: a group is played once. */
  readonly group?: JoinedGroup
  readonly member?: number
}

/** Starts an episode in each of many slots, which are stepped together from then on. */
export interface VectorOpenRequest extends Asked {
  readonly type: 'vector.open'
  /** In order of the slots, which are counted from 0. */
  readonly slots: readonly SlotStart[]
  /** @default 'disabled' */
  readonly autoreset?: Autoreset
  /** @default 'whole' */
  readonly delivery?: Delivery
  /** Who acts, for the record. */
  readonly agent?: string
}

/** Takes a step in each of the named slots. */
export interface VectorStepRequest<Action = Json, Proof = Evidence> extends Asked {
  readonly type: 'vector.step'
  readonly vector: string
  /** Each at most once. @default all */
  readonly slots?: readonly number[]
  /** One a slot, in the order of `slots`. */
  readonly actions: readonly Action[]
  /** As `actions`; null if there is none. */
  readonly evidence?: readonly (Proof | null)[]
  /**
   * Which turn of each slot this is to be, counted from 0: a turn is a step, or the start of another episode. The
   * last turn of a slot is answered again and not taken twice, so that a client that lost its reply, even to a restart
   * of the server, may repeat the request.
   */
  readonly turns?: readonly number[]
}

/** Resets the named slots; running episodes there are aborted. */
export interface VectorResetRequest extends Asked {
  readonly type: 'vector.reset'
  readonly vector: string
  /** Each at most once. @default all */
  readonly slots?: readonly number[]
  /** In the order of `slots`. @default as at first, with the next seed of each slot */
  readonly starts?: readonly SlotStart[]
  /** As of a step. */
  readonly turns?: readonly number[]
}

/** Aborts the running episodes of the slots, and releases the vector. */
export interface VectorCloseRequest extends Asked {
  readonly type: 'vector.close'
  readonly vector: string
}

export type VectorRequest<Action = Json, Proof = Evidence> =
  | VectorOpenRequest
  | VectorStepRequest<Action, Proof>
  | VectorResetRequest
  | VectorCloseRequest

/** Why a slot failed; the other slots are not affected. */
export interface SlotError {
  readonly code: ErrorCode
  readonly message: string
}

/** An episode that a slot has started, without the fields that have columns of their own. */
export type SlotStartView = Pick<EpisodeView, 'task' | 'seed' | 'member' | 'forkPath' | 'maxSteps' | 'group'>

/** A list with an entry for each of `slots`, in their order; null where an error leaves nothing to say. */
type Column<T> = readonly (T | null)[]

interface VectorPart extends Numbered {
  readonly id: RequestId
  readonly vector: string
  /** Those that this frame is about: a reply has as many frames as it needs. */
  readonly slots: readonly number[]
  /** Whether this is the last frame of the reply. */
  readonly isLast: boolean
  readonly error: Column<SlotError>
  readonly episode: Column<string>
  /** Where the slot stands now: what the next action is for. */
  readonly observation: Column<string>
  readonly actions: Column<readonly Json[]>
  /** The episode that this request started. */
  readonly start: Column<SlotStartView>
}

export interface VectorOpenReply extends VectorPart {
  readonly type: 'vector.open'
}

export interface VectorResetReply extends VectorPart {
  readonly type: 'vector.reset'
}

/** Columns as the fields of a step's reply. */
export interface VectorStepReply extends VectorPart {
  readonly type: 'vector.step'
  /** Zero-based step index; null where the slot started another episode instead. */
  readonly index: Column<number>
  /** 0 where the slot began another episode instead. */
  readonly reward: Column<number>
  readonly terminated: Column<boolean>
  readonly truncated: Column<boolean>
  readonly isActionValid: Column<boolean>
  readonly info: Column<Info>
  readonly ending: Column<string>
  readonly endingReason: Column<string>
  /** What the last step of an episode led to, where `observation` is of the next episode already. */
  readonly finalObservation: Column<string>
  /** The episode that `finalObservation` is of. */
  readonly finalEpisode: Column<string>
  /** Not for agents. */
  readonly rewards?: Column<readonly Reward[]>
  /** Rewards of the whole trajectory, once it has ended. Not for agents. */
  readonly outcome?: Column<readonly Reward[]>
}

export interface VectorCloseReply extends Numbered {
  readonly type: 'vector.close'
  readonly id: RequestId
}

/** Current point of a vector, for a client that resumes. */
export interface VectorView {
  readonly vector: string
  readonly autoreset: Autoreset
  readonly delivery: Delivery
  /** The last episode of each slot; null where none was started. */
  readonly episode: Column<string>
  /** The next turn of each slot. */
  readonly turn: readonly number[]
}

/** What answers each type of request of vector mode. */
export interface VectorReplies {
  readonly 'vector.open': VectorOpenReply
  readonly 'vector.step': VectorStepReply
  readonly 'vector.reset': VectorResetReply
  readonly 'vector.close': VectorCloseReply
}
