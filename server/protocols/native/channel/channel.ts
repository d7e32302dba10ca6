import { GymError } from '../../../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import { parseRequest, type ReceivedRequest, type RequestId, requestIdOf } from '../../../../core/protocol/index.ts'
import type { Limits } from '../../../limits.ts'
import type { FrameSocket } from '../../../transport/frame-socket.ts'
import { isWireObject, parseWire, type WireObject, type WireValue } from '../../../transport/json.ts'
import { asGymError, wireErrorOf } from '../../../wire-errors.ts'
import { Intake, Requests } from './intake.ts'
import { type Fields, Outbox } from './outbox.ts'

export type ChannelRequest = ReceivedRequest<WireValue>

export interface ChannelSettings {
  readonly limits: Limits
  /** Sequence number of the last frame that was sent before the channel was made. */
  readonly lastSeq: number
  /** Serves a request. @returns The fields of its reply. @throws GymError */
  readonly serve: (request: ChannelRequest) => MaybePromise<Fields>
  /** Called when the client has caught up, or has another socket. */
  readonly onCaughtUp: () => void
  /** Called when no socket came within `resumeMs`. */
  readonly onAbandoned: () => void
}

/**
 * The server's end of one session, over one socket after the other, as `Link` is the client's: it numbers frames and
 * keeps them until they are acknowledged, recognises repeated requests, and sends what is missing over the next socket.
 */
export class Channel {
  readonly #settings: ChannelSettings
  readonly #outbox: Outbox
  readonly #requests = new Requests()
  readonly #intake: Intake
  #socket: FrameSocket | null = null
  /** Runs while there is no socket. */
  #abandoning: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(settings: ChannelSettings) {
    const { limits, lastSeq } = settings
    const { maxInFlight } = limits
    this.#settings = settings
    this.#outbox = new Outbox(limits, lastSeq, (request) => this.#requests.forget(request))
    const hold = (isHolding: boolean): void => (isHolding ? this.#socket?.hold() : this.#socket?.release())
    const hasRoom = (): boolean => this.#outbox.unsent < maxInFlight
    this.#intake = new Intake({ hasRoom, hold, take: (text) => this.#receive(text) }, maxInFlight)
    this.#waitForSocket()
  }

  /** Whether a frame would be sent at once. */
  get keepsUp(): boolean {
    return this.#socket !== null && this.#outbox.unsent === 0
  }

  isOn(socket: FrameSocket): boolean {
    return this.#socket === socket
  }

  /**
   * Continues over a socket; the one before it is fenced off.
   * @returns Number of frames that are sent again.
   * @throws GymError SESSION_UNKNOWN
   */
  attach(socket: FrameSocket, lastSeq: number): number {
    const before = this.#socket
    const missed = this.#outbox.attach(socket, lastSeq)
    clearTimeout(this.#abandoning)
    this.#socket = socket
    socket.onDrained(() => this.#drained())
    before?.close(wireErrorOf('SESSION_FENCED').close ?? 1008, 'SESSION_FENCED: another socket goes on')
    this.#intake.changeSocket()
    this.#settings.onCaughtUp()
    return missed
  }

  /** The socket is gone: another is awaited. A socket that was fenced off changes nothing. */
  detach(socket: FrameSocket): void {
    if (this.#socket !== socket) return
    this.#socket = null
    this.#outbox.detach()
    if (!this.#isClosed) this.#waitForSocket()
  }

  /** Takes no more requests; replies to those under way are still sent. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#abandoning)
    this.#intake.clear()
  }

  /** Closes the socket once the reply that is being written has been sent. */
  hangUp(): void {
    const socket = this.#socket
    setImmediate(() => socket?.close(1000, 'closed as asked'))
  }

  /** A frame as text; it waits where too many requests are under way. */
  receive(text: string): void {
    if (!this.#isClosed) this.#intake.receive(text)
  }

  /** @param request whose reply this is; null for a frame that is no request of its own */
  refuse(id: RequestId | null, thrown: unknown, request: RequestId | null = null): void {
    const { code, message } = asGymError(thrown)
    const error = `"code":"${code}","message":${JSON.stringify(message)}`
    this.#outbox.reply(request, (seq) => `{"type":"error","id":${JSON.stringify(id)},"seq":${seq},${error}}`)
  }

  /**
   * @param isLast false where more frames of the same reply follow
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  reply({ type, id }: Pick<ChannelRequest, 'type' | 'id'>, fields: Fields, isLast = true): void {
    const head = (seq: number): string => `{"type":"${type}","id":${JSON.stringify(id)},"seq":${seq}`
    const rest = fields === '' ? '}' : `,${fields}}`
    const write = typeof fields === 'string' ? (seq: number) => head(seq) + rest : (seq: number) => fields(head(seq))
    this.#outbox.reply(id, write, isLast)
  }

  /** The reply to `resume`. @param fields of it beside type, id and seq, as JSON without its braces */
  resumed(id: RequestId, fields: string): void {
    this.#outbox.resumed((seq) => `{"type":"resume","id":${JSON.stringify(id)},"seq":${seq},${fields}}`)
  }

  /**
   * @param fields as for `resumed`
   * @param kind as `Outbox.event` has it
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  event(type: string, fields: string, kind: 'event' | 'observed' = 'event'): void {
    this.#outbox.event((seq) => `{"type":"${type}","seq":${seq},${fields}}`, kind)
  }

  #waitForSocket(): void {
    const { onAbandoned, limits } = this.#settings
    this.#abandoning = setTimeout(onAbandoned, limits.resumeMs).unref()
  }

  #drained(): void {
    this.#outbox.flush()
    this.#intake.take()
    this.#settings.onCaughtUp()
  }

  /** A frame that cannot be read is answered with the reason. */
  #receive(text: string): void {
    let frame: WireValue = null
    try {
      frame = parseWire(text, this.#settings.limits.frameDepth)
      this.#take(frame)
    } catch (thrown) {
      this.refuse(requestIdOf(frame), thrown)
    }
  }

  /** @throws GymError what is wrong with the frame */
  #take(frame: WireValue): void {
    if (!isWireObject(frame)) throw new GymError('FRAME_INVALID', 'a frame is an object {"type": ..., "id": ...}')
    const request = parseRequest<WireValue>(frame)
    if (request.type === 'ack') this.#outbox.acknowledge(request.seq)
    else {
      if (request.ack !== undefined) this.#outbox.acknowledge(request.ack)
      if (this.#requests.isRepeated(request.id, frame)) this.#outbox.repeat(request.id)
      else this.#serve(request, frame)
    }
  }

  #serve(request: ChannelRequest, frame: WireObject): void {
    this.#requests.remember(request.id, frame)
    this.#intake.enter()
    try {
      const fields = this.#settings.serve(request)
      if (isPromise(fields)) this.#answerLate(request, fields)
      else this.#answer(request, fields)
    } catch (thrown) {
      this.#fail(request, thrown)
    }
  }

  #answerLate(request: ChannelRequest, fields: Promise<Fields>): void {
    fields.then((known) => this.#answer(request, known)).catch((thrown: unknown) => this.#fail(request, thrown))
  }

  /** @throws GymError FRAME_TOO_LARGE */
  #answer(request: ChannelRequest, fields: Fields): void {
    this.reply(request, fields)
    this.#intake.exit()
  }

  #fail({ id }: ChannelRequest, thrown: unknown): void {
    this.refuse(id, thrown, id)
    this.#intake.exit()
  }
}
