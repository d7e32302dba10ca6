import { GymError } from '../../../../core/data/errors.ts'
import type { MaybePromise } from '../../../../core/data/maybe-promise.ts'
import { cut } from '../../../../core/data/shown.ts'
import { parseRequest, type ReceivedRequest, type RequestId, requestIdOf } from '../../../../core/protocol/index.ts'
import type { Limits } from '../../../limits.ts'
import type { ByteBudget, Holder } from '../../../transport/byte-budget.ts'
import { isWireObject, parseWire, type WireValue } from '../../../transport/json.ts'
import type { ClientSocket } from '../../../transport/sockets.ts'
import { asGymError, firstThatFits, SHORT_MESSAGE, wireErrorOf } from '../../../wire-errors.ts'
import { StepReplyTooLarge } from '../fields.ts'
import { Intake } from './intake.ts'
import { type Fields, Outbox } from './outbox.ts'
import { Requests } from './requests.ts'

export type ChannelRequest = ReceivedRequest<WireValue>

export interface ChannelSettings {
  readonly limits: Limits
  /** Budget of the frames that all channels of the server keep. */
  readonly budget: ByteBudget
  /** Sequence number of the last frame that was sent before the channel was made. */
  readonly lastSeq: number
  /** Serves a request. @returns The fields of its reply. @throws GymError */
  readonly serve: (request: ChannelRequest) => MaybePromise<Fields>
  /** Called when the client has caught up, or has another socket. */
  readonly onCaughtUp: () => void
  /** Called when no socket came within `resumeMs`. */
  readonly onAbandoned: () => void
  /** Called when the budget is spent, and what the channel keeps cannot be forgotten. */
  readonly onOverBudget: () => void
}

/** Multiple of `storedReplies` for which requests are recognised after their replies were discarded. */
const RECOGNISED_AGAIN = 1

/**
 * The server's end of one session, over one socket after the other, as `Link` is the client's: it numbers frames and
 * keeps them until they are acknowledged, recognises repeated requests, and sends what is missing over the next socket.
 */
export class Channel implements Holder {
  readonly #settings: ChannelSettings
  readonly #outbox: Outbox
  readonly #requests: Requests
  readonly #intake: Intake
  #socket: ClientSocket | null = null
  /** Bytes that the budget counts for it. */
  #bytes = 0
  /** Runs while there is no socket. */
  #abandoning: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: ChannelSettings) {
    const { limits, lastSeq, budget } = settings
    this.#settings = settings
    this.#requests = new Requests(RECOGNISED_AGAIN * limits.storedReplies)
    this.#outbox = new Outbox(limits, lastSeq, this.#requests)
    budget.add(this)
    const hold = (isHolding: boolean): void => (isHolding ? this.#socket?.hold() : this.#socket?.release())
    this.#intake = new Intake({ hold, take: this.#receive }, limits)
    this.#waitForSocket()
  }

  /** Whether a frame would be sent at once. */
  get keepsUp(): boolean {
    return this.#socket !== null && this.#outbox.unsent === 0
  }

  /** Bytes of the frames that are kept, as the budget knows them. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Forgets what was sent to a client that takes it. One that takes nothing loses its session: what it was sent is in
   * memory as long as its socket is.
   */
  giveWay(): void {
    const before = this.#bytes
    if (this.keepsUp && this.#socket?.isDrained) this.#outbox.shrink()
    this.#count()
    if (this.#bytes < before) return
    this.#settings.onOverBudget()
    const { close } = wireErrorOf('CAPACITY_REACHED')
    this.#socket?.cutOff(close ?? 1013, 'CAPACITY_REACHED: storedBytesInAll: acknowledge, and read what is sent')
  }

  /**
   * Continues over a socket; the one before it is fenced off.
   * @returns Number of frames that are sent again.
   * @throws GymError SESSION_UNKNOWN
   */
  attach(socket: ClientSocket, lastSeq: number): number {
    const before = this.#socket
    const missed = this.#outbox.attach(socket, lastSeq)
    this.#count()
    clearTimeout(this.#abandoning)
    this.#socket = socket
    socket.onDrained(() => this.#drained())
    before?.close(wireErrorOf('SESSION_FENCED').close ?? 1008, 'SESSION_FENCED: another socket has taken over')
    this.#intake.changeSocket()
    this.#settings.onCaughtUp()
    return missed
  }

  /** The socket is gone: another is awaited. A socket that was fenced off changes nothing. */
  detach(socket: ClientSocket): void {
    if (this.#socket !== socket) return
    this.#socket = null
    this.#outbox.detach()
    if (!this.#isClosed) this.#waitForSocket()
  }

  /** Takes no more requests; replies to those in progress are still sent. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#abandoning)
    this.#intake.clear()
    this.#settings.budget.remove(this)
  }

  /** Closes the socket once the reply that is being written has been sent. */
  hangUp(): void {
    const socket = this.#socket
    setImmediate(() => socket?.close(1000, 'closed as asked'))
  }

  /** A frame as text; it waits where too many requests are in progress. A socket that was fenced off is not read. */
  receive(socket: ClientSocket, text: string): void {
    if (this.#socket === socket && !this.#isClosed) this.#intake.receive(text)
  }

  /** @param request whose reply this is; null for a frame that is not a request of its own */
  refuse(id: RequestId | null, thrown: unknown, request: RequestId | null = null): void {
    const steps = thrown instanceof StepReplyTooLarge ? thrown.steps : []
    const isSent = firstThatFits(errorTexts(asGymError(thrown), steps), (error) =>
      this.#outbox.reply(request, `${this.#head('error', id)},${error}}`),
    )
    if (!isSent) this.#socket?.cutOff(1009, 'FRAME_TOO_LARGE: frameBytesOut is too low for an error')
    if (this.#count()) this.#settings.budget.settle()
  }

  /**
   * @param isLast false where more frames of the same reply follow
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  reply({ type, id }: Pick<ChannelRequest, 'type' | 'id'>, fields: Fields, isLast = true): void {
    const head = this.#head(type, id)
    const frame = typeof fields === 'string' ? `${head}${fields === '' ? '' : ','}${fields}}` : fields(head)
    this.#outbox.reply(id, frame, isLast)
    if (this.#count()) this.#settings.budget.settle()
  }

  /** The reply to `resume`. @param fields of it beside type, id and seq, as JSON without its braces */
  resumed(id: RequestId, fields: string): void {
    this.#outbox.resumed(`${this.#head('resume', id)},${fields}}`)
    this.#count()
  }

  /**
   * @param fields as for `resumed`
   * @param kind as `Outbox.event` has it
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  event(type: string, fields: string, kind: 'event' | 'observed' = 'event'): void {
    this.#outbox.event(`{"type":"${type}","seq":${this.#outbox.nextSeq},${fields}}`, kind)
    if (this.#count()) this.#settings.budget.settle()
  }

  /** A frame of the next number, its brace still open. */
  #head(type: string, id: RequestId | null): string {
    return `{"type":"${type}","id":${JSON.stringify(id)},"seq":${this.#outbox.nextSeq}`
  }

  /**
   * Says what is kept by now: to the budget in bytes, and to the intake whether another reply may wait.
   * @returns Whether the budget must be settled.
   */
  #count(): boolean {
    const { bytes, hasRoom } = this.#outbox
    const more = bytes - this.#bytes
    this.#bytes = bytes
    this.#intake.hasRoom = hasRoom
    return this.#settings.budget.resized(this, more)
  }

  #waitForSocket(): void {
    const { onAbandoned, limits } = this.#settings
    this.#abandoning = setTimeout(onAbandoned, limits.resumeMs).unref()
  }

  #drained(): void {
    this.#outbox.flush()
    this.#count()
    this.#intake.take()
    this.#settings.onCaughtUp()
  }

  /** A frame that cannot be read, and a request that fails, are answered with the reason. */
  readonly #receive = (text: string): void => {
    let frame: WireValue = null
    let request: ChannelRequest | null = null
    try {
      frame = parseWire(text, this.#settings.limits)
      request = this.#newRequest(frame)
      if (request === null) return
      const fields = this.#settings.serve(request)
      if (fields instanceof Promise) this.#answerLate(request, fields, text.length)
      else this.reply(request, fields)
    } catch (thrown) {
      this.refuse(requestIdOf(frame), thrown, request?.id)
    }
  }

  /**
   * Takes the acknowledgement in a frame, and sends the reply to a repeated request again.
   * @returns The request that is to be served, null where there is none.
   * @throws GymError what is wrong with the frame
   */
  #newRequest(frame: WireValue): ChannelRequest | null {
    if (!isWireObject(frame)) throw new GymError('FRAME_INVALID', 'a frame is an object {"type": ..., "id": ...}')
    const request = parseRequest<WireValue>(frame)
    const acknowledged = request.type === 'ack' ? request.seq : request.ack
    if (acknowledged !== undefined) this.#outbox.acknowledge(acknowledged)
    if (request.type !== 'ack') {
      if (!this.#requests.isRepeated(request.id, frame)) return request
      this.#outbox.repeat(request.id)
    }
    this.#count()
    return null
  }

  #answerLate(request: ChannelRequest, late: Promise<Fields>, characters: number): void {
    const { id } = request
    this.#intake.enter(characters)
    this.#count()
    late
      .then((fields) => this.reply(request, fields))
      .catch((thrown: unknown) => this.refuse(id, thrown, id))
      .finally(() => this.#intake.exit(characters))
  }
}

/** An error as JSON without braces, each form shorter than the one before. @param steps of it as JSON without braces */
function errorTexts({ code, message }: GymError, steps: readonly string[]): readonly string[] {
  const whole = `"code":"${code}","message":${JSON.stringify(message)}`
  const short = `"code":"${code}","message":${JSON.stringify(cut(message, SHORT_MESSAGE))}`
  return [...steps.map((step) => `${whole},"step":{${step}}`), whole, short]
}
