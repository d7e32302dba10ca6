import { GymError } from '../../core/data/errors.ts'
import {
  type ErrorReply,
  encodeRequest,
  type Reply,
  type ReplyOf,
  type Request,
  type RequestType,
  type StepReply,
} from '../../core/protocol/index.ts'
import { wireError } from './wire-error.ts'

type Distributed<T> = T extends Request ? Omit<T, 'id' | 'ack'> : never
/** A request as its asker writes it: the connection numbers it. */
export type Asking<Type extends RequestType = RequestType> = Distributed<Extract<Request, { readonly type: Type }>>

/** A request that is not answered yet. */
interface Pending {
  /** As it was first sent: it is sent again unchanged. */
  readonly text: string
  readonly settle: (reply: Reply) => void
  readonly fail: (error: GymError) => void
}

/** Requests by id, in the order they were asked. */
export class PendingRequests {
  readonly #timeoutMs: number
  readonly #byId = new Map<number, Pending>()

  /** @param timeoutMs for a reply, lost connections included */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#byId.size
  }

  /** What must be sent again over another socket. */
  get texts(): readonly string[] {
    return [...this.#byId.values()].map(({ text }) => text)
  }

  /**
   * Remembers a request until it is answered.
   * @param take called with the reply at once, before anything that comes after it is looked at; of a reply in several
   *   frames, with each
   * @returns What the last call of `take` did.
   */
  add<Type extends RequestType, T>(
    type: Type,
    id: number,
    text: string,
    take: (reply: ReplyOf<Type>) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(id)?.fail(this.#late(type)), this.#timeoutMs)
      const fail = (error: GymError): void => {
        clearTimeout(timer)
        reject(error)
      }
      const done = (taken: T): void => {
        clearTimeout(timer)
        resolve(taken)
      }
      const settle = (reply: Reply): void => {
        if (reply.type === 'error') {
          const stood = stoodIn(reply)
          if (stood && isReplyTo(type, stood)) take(stood)
          fail(wireError(reply.code, reply.message))
        } else if (!isReplyTo(type, reply))
          fail(new GymError('FRAME_INVALID', `the server answered ${type} with ${reply.type}`))
        else {
          const taken = take(reply)
          if (isLast(reply)) done(taken)
        }
      }
      this.#byId.set(id, { text, settle, fail })
    })
  }

  /** Resolves the request that a reply belongs to; a reply without a waiting request is ignored. */
  settle(reply: Reply): void {
    const id = reply.id === null ? this.#onlyId() : reply.id
    const pending = typeof id === 'number' ? this.#byId.get(id) : undefined
    if (typeof id === 'number' && isLast(reply)) this.#byId.delete(id)
    try {
      pending?.settle(reply)
    } catch (thrown) {
      if (typeof id === 'number') this.#byId.delete(id)
      pending?.fail(
        thrown instanceof GymError ? thrown : new GymError('FRAME_INVALID', 'a reply lacks fields', { cause: thrown }),
      )
    }
  }

  failAll(error: GymError): void {
    for (const [id, { fail }] of [...this.#byId]) {
      this.#byId.delete(id)
      fail(error)
    }
  }

  /** An error for an unreadable request names none: it belongs to the only waiting request, where there is just one. */
  #onlyId(): number | undefined {
    return this.#byId.size === 1 ? [...this.#byId.keys()][0] : undefined
  }

  #end(id: number): Pending | undefined {
    const pending = this.#byId.get(id)
    this.#byId.delete(id)
    return pending
  }

  #late(type: RequestType): GymError {
    return new GymError('REPLY_LATE', `no reply to ${type} within ${this.#timeoutMs} ms`)
  }
}

export const textOf = (asking: Asking, id: number, ack: number | null): string =>
  encodeRequest(ack === null ? { ...asking, id } : { ...asking, id, ack })

/** A step that was taken, though its reply is an error. */
const stoodIn = ({ id, seq, step }: ErrorReply): StepReply | null =>
  step && id !== null ? { ...step, type: 'step', id, seq } : null

/** Replies about many slots may come in several frames. */
const isLast = (reply: Reply): boolean => !('isLast' in reply) || reply.isLast !== false

const isReplyTo = <Type extends RequestType>(type: Type, reply: Reply): reply is ReplyOf<Type> => reply.type === type
