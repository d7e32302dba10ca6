import { GymError } from '../../../../core/data/errors.ts'
import type { RequestId } from '../../../../core/protocol/index.ts'
import type { Limits } from '../../../limits.ts'

/** A frame as it is sent: text, or its UTF-8. */
export type Encoded = string | Buffer

/**
 * Writes a frame whole.
 * @param head of it: type, id and seq as JSON, its brace still open
 */
export type WriteFields = (head: string) => Buffer

/** The fields of a reply beside type, id and seq: JSON without its braces, or what writes them. */
export type Fields = string | WriteFields

/** Where frames go; `isSlow` while its reader takes them too slowly. */
export interface Outlet {
  readonly isSlow: boolean
  send(frame: Encoded): void
}

interface Frame {
  /** `observed` is an event of another session: it is dropped before events of the session itself. */
  readonly kind: 'reply' | 'resumed' | 'event' | 'observed' | 'dropped'
  readonly seq: number
  readonly encoded: Encoded
  /** Id of the request that it answers, null where there is none. */
  readonly request: RequestId | null
  /** Whether the reply that it is of ends with it. */
  readonly isLast: boolean
  /** Events that a `dropped` frame represents. */
  readonly lost: number
  /** Bytes of its UTF-8. */
  readonly bytes: number
}

export type OutboxLimits = Pick<
  Limits,
  'storedReplies' | 'storedBytes' | 'unacknowledgedBytes' | 'queuedEvents' | 'frameBytesOut' | 'maxInFlight'
>

/** Who needs to know which replies are kept no longer. */
export interface ReplyListener {
  acknowledged(request: RequestId): void
  /** The reply was not acknowledged. */
  replyForgotten(request: RequestId): void
}

/**
 * Numbers a session's frames, and keeps them until the client acknowledges them. Replies are kept as far as
 * `storedReplies` and `storedBytes`, and all that have not been sent; for a client that does not acknowledge, as far as
 * `unacknowledgedBytes`. Events beyond `queuedEvents` and `storedBytes` are lost, the oldest first, and a `dropped`
 * frame stands in the place of the last that was lost.
 */
export class Outbox {
  readonly #limits: OutboxLimits
  readonly #listener: ReplyListener
  #outlet: Outlet | null = null
  /** In order of their numbers. */
  readonly #kept: Frame[] = []
  #replies = 0
  #events = 0
  #bytes = 0
  /** Replies since the last that was acknowledged. */
  #unacknowledged = 0
  #seq: number
  /** The last that was sent over this socket, or was had before it. */
  #sent: number
  /** The last reply that is kept no longer, though it was never acknowledged. */
  #forgottenReply = 0

  /**
   * @param seq the last number that was given before
   */
  constructor(limits: OutboxLimits, seq: number, listener: ReplyListener) {
    this.#limits = limits
    this.#seq = seq
    this.#sent = seq
    this.#listener = listener
  }

  /** Number of the next frame. */
  get nextSeq(): number {
    return this.#seq + 1
  }

  /** Bytes of the frames that are kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether another reply may wait unsent. */
  get hasRoom(): boolean {
    const unsent = this.#kept.length - this.#firstUnsent()
    const { maxInFlight, storedBytes } = this.#limits
    return unsent === 0 || (unsent < maxInFlight && this.unsentBytes < storedBytes)
  }

  /** Frames that wait for a reader who is slow, or gone. */
  get unsent(): number {
    return this.#kept.length - this.#firstUnsent()
  }

  /** Bytes of the unsent frames. */
  get unsentBytes(): number {
    let bytes = 0
    for (let at = this.#firstUnsent(); at < this.#kept.length; at++) bytes += this.#kept[at]?.bytes ?? 0
    return bytes
  }

  /** Frames that are kept. */
  get size(): number {
    return this.#kept.length
  }

  /**
   * Sends a reply, or keeps it until it can be sent.
   * @param encoded the frame, whose number is `nextSeq`
   * @param isLast false where more frames of the same reply follow
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  reply(request: RequestId | null, encoded: Encoded, isLast = true): void {
    this.#keep('reply', request, encoded, isLast)
    this.#replies++
    if (isLast) this.#unacknowledged++
    this.flush()
    const { storedReplies, storedBytes, unacknowledgedBytes } = this.#limits
    const mostBytes = this.#unacknowledged > storedReplies ? unacknowledgedBytes : storedBytes
    if (this.#replies > storedReplies || this.#bytes > mostBytes) this.#forgetReplies(storedReplies, mostBytes)
  }

  /**
   * @param encoded as of `reply`
   * @param kind where events have to be lost, all of kind `observed` are lost before any other
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  event(encoded: string, kind: 'event' | 'observed' = 'event'): void {
    this.#keep(kind, null, encoded, true)
    this.#events++
    this.flush()
    const { queuedEvents, storedBytes } = this.#limits
    while (this.#events > queuedEvents || (this.#events > 1 && this.#bytes > 2 * storedBytes)) this.#loseEvent()
  }

  /**
   * Sends the reply to `resume`. It is worth something over this socket alone: the next makes it void, so that a client
   * that is cut again and again does not fill up with them the room for replies that it needs.
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  resumed(encoded: string): void {
    this.#keep('resumed', null, encoded, true)
    this.flush()
  }

  /** Sends a reply that was sent before once more. */
  repeat(request: RequestId): void {
    const frames = this.#kept.filter((each) => each.request === request && each.seq <= this.#sent)
    for (const { encoded } of frames) this.#outlet?.send(encoded)
  }

  /** The client has every frame up to this one. */
  acknowledge(seq: number): void {
    for (let first = this.#kept[0]; first && first.seq <= seq; first = this.#kept[0]) {
      this.#forget(0)
      if (first.kind === 'reply') this.#unacknowledged = 0
      if (first.isLast && first.request !== null) this.#listener.acknowledged(first.request)
    }
  }

  /** Forgets what was sent, except the last reply. */
  shrink(): void {
    this.#forgetReplies(1, 0)
    while (this.#kept.some((frame) => isEvent(frame) && frame.seq <= this.#sent)) this.#loseEvent()
  }

  /** Forgets everything: no socket will ask for it. */
  clear(): void {
    this.#outlet = null
    while (this.#kept.length > 0) this.#forget(0)
  }

  /**
   * Continues over another socket, after the last frame that its client has.
   * @returns How many frames are sent again.
   * @throws GymError SESSION_UNKNOWN where a reply after that is kept no longer.
   */
  attach(outlet: Outlet, lastSeq: number): number {
    if (lastSeq < this.#forgottenReply || lastSeq > this.#seq) throw forgotten(lastSeq)
    this.acknowledge(lastSeq)
    this.#forgetResumed()
    this.#outlet = outlet
    this.#sent = lastSeq
    this.flush()
    return this.#kept.length
  }

  detach(): void {
    this.#outlet = null
  }

  /** Sends what waits, as far as the reader keeps up. */
  flush(): void {
    const outlet = this.#outlet
    for (let at = this.#firstUnsent(); outlet && !outlet.isSlow && at < this.#kept.length; at++) {
      const frame = this.#kept[at]
      if (!frame) return
      this.#sent = frame.seq
      outlet.send(frame.encoded)
    }
  }

  #keep(kind: Frame['kind'], request: RequestId | null, encoded: Encoded, isLast: boolean): void {
    const bytes = Buffer.byteLength(encoded)
    const { frameBytesOut } = this.#limits
    if (bytes > frameBytesOut)
      throw new GymError('FRAME_TOO_LARGE', `the frame has ${bytes} bytes, and a frame has at most ${frameBytesOut}`)
    this.#seq++
    this.#kept.push({ kind, seq: this.#seq, encoded, request, isLast, lost: 0, bytes })
    this.#bytes += bytes
  }

  #firstUnsent(): number {
    let at = this.#kept.length
    while (at > 0 && (this.#kept[at - 1]?.seq ?? 0) > this.#sent) at--
    return at
  }

  #forget(at: number): Frame | undefined {
    const [frame] = this.#kept.splice(at, 1)
    if (!frame) return undefined
    if (frame.kind === 'reply') this.#replies--
    else if (isEvent(frame)) this.#events--
    this.#bytes -= frame.bytes
    return frame
  }

  #forgetResumed(): void {
    const at = this.#kept.findIndex(({ kind }) => kind === 'resumed')
    if (at >= 0) this.#forget(at)
  }

  /** Keeps replies and bytes of sent replies up to the limits, the last reply in any case, and everything unsent. */
  #forgetReplies(most: number, mostBytes: number): void {
    const unsent = this.unsentBytes
    while (this.#replies > most || (this.#replies > 1 && this.#bytes - unsent > mostBytes))
      if (!this.#forgetReply()) return
  }

  /** @returns False where the oldest has yet to be sent. */
  #forgetReply(): boolean {
    const at = this.#kept.findIndex(({ kind }) => kind === 'reply')
    const frame = this.#kept[at]
    if (!frame || frame.seq > this.#sent) return false
    this.#forget(at)
    this.#forgottenReply = frame.seq
    if (frame.request !== null) this.#listener.replyForgotten(frame.request)
    return true
  }

  /** One mark represents all events that were lost before they were sent, another for those forgotten since. */
  #loseEvent(): void {
    const observed = this.#kept.findIndex(({ kind }) => kind === 'observed')
    const at = observed >= 0 ? observed : this.#kept.findIndex(isEvent)
    const event = this.#forget(at)
    if (!event) return
    const isSent = event.seq <= this.#sent
    const before = this.#kept.findIndex(({ kind, seq }) => kind === 'dropped' && seq <= this.#sent === isSent)
    const mark = before >= 0 ? this.#forget(before) : undefined
    const last = Math.max(event.seq, mark?.seq ?? 0)
    const later = this.#kept.findIndex(({ seq }) => seq > last)
    const dropped = droppedFrame(last, (mark?.lost ?? 0) + 1)
    this.#kept.splice(later >= 0 ? later : this.#kept.length, 0, dropped)
    this.#bytes += dropped.bytes
  }
}

const isEvent = ({ kind }: Frame): boolean => kind === 'event' || kind === 'observed'

function droppedFrame(seq: number, lost: number): Frame {
  const encoded = `{"type":"dropped","seq":${seq},"count":${lost}}`
  return { kind: 'dropped', seq, encoded, request: null, isLast: true, lost, bytes: encoded.length }
}

const forgotten = (lastSeq: number): GymError =>
  new GymError(
    'SESSION_UNKNOWN',
    `frames after ${lastSeq} are kept no longer: acknowledge sooner, and start another session`,
  )
