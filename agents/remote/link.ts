import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import {
  encodeRequest,
  type GymEvent,
  type Reply,
  type ReplyOf,
  type RequestType,
  type Welcome,
} from '../../core/protocol/index.ts'
import { pauseMs, type Retry } from './backoff.ts'
import { type LineEvents, type Numbered, type OpenedSession, openSession } from './handshake.ts'
import { type Asking, PendingRequests, textOf } from './pending.ts'
import type { TextSocket } from './text-socket.ts'
import {
  asGymError,
  closeError,
  connectionLost,
  mayComeBack,
  mayTryAgain,
  type SocketClose,
  wireError,
} from './wire-error.ts'

interface LinkSettings {
  /** Address of the server, asked again before every socket. @throws GymError where it is not known now */
  readonly locate: () => MaybePromise<string>
  readonly environment: string | undefined
  readonly token: string | undefined
  /** Milliseconds for the handshake, and as many for the server's first frame. */
  readonly connectMs: number
  /** Milliseconds for a reply, lost connections included. */
  readonly timeoutMs: number
  /** Milliseconds without a sign of the server, while a reply is awaited, before it is sought over another socket. */
  readonly silenceMs: number
  readonly retry: Retry
  readonly onEvent: (event: GymEvent) => void
  /**
   * Called when the session resumes from the server's record: what the record lacks is lost.
   * @param groups ids of its groups that continue, or whose closing was sent again
   */
  readonly onRestored: (groups: readonly string[]) => void
  /** Called once, when the session is over. */
  readonly onEnd: (error: GymError) => void
}

/** Unacknowledged frames after which an acknowledgement is sent on its own. */
const ACK_EVERY = 64
const CLOSE_TIMEOUT_MS = 2000

interface Resuming {
  readonly id: number
  readonly socket: TextSocket
  readonly resolve: () => void
  readonly reject: (error: GymError) => void
}

/**
 * One session of the native dialect over as many sockets as it takes: what was lost with a socket is sent again, by
 * the server from the last frame that was received, by the client from the first request that was not answered.
 */
export class Link implements LineEvents {
  readonly #settings: LinkSettings
  readonly #pending: PendingRequests
  /** Null while there is no connection, or the session is not resumed yet. */
  #socket: TextSocket | null = null
  #isBegun = false
  #isComingBack = false
  #resuming: Resuming | null = null
  #session = ''
  #maxFrameBytes = Number.POSITIVE_INFINITY
  #nextId = 1
  #lastSeq = 0
  #acked = 0
  /** Attempts to come back since the last reply. */
  #attempts = 0
  #receivedAt = 0
  #watch: ReturnType<typeof setTimeout> | undefined
  #failure: GymError | null = null

  constructor(settings: LinkSettings) {
    this.#settings = settings
    this.#pending = new PendingRequests(settings.timeoutMs)
  }

  /** The last frame that was received. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Why the session is over; null while it is not. */
  get failure(): GymError | null {
    return this.#failure
  }

  /** Begins the session. @throws GymError as `openSession`; once only, since a server that was never there may be none. */
  async open(): Promise<Welcome> {
    const { socket, welcome } = await this.#openSession()
    this.#session = welcome.session
    this.#isBegun = true
    this.#maxFrameBytes = welcome.limits.frameBytesIn ?? Number.POSITIVE_INFINITY
    if (this.#failure) throw this.#failure
    this.#use(socket)
    return welcome
  }

  /**
   * Asks, at once or when there is a connection again.
   * @param take called with the reply at once, before anything that comes after it is looked at
   * @throws GymError the server's; FRAME_TOO_LARGE before anything is sent; REPLY_LATE; why the session is over
   */
  async ask<Type extends RequestType, T>(
    asking: Asking & { readonly type: Type },
    take: (reply: ReplyOf<Type>) => T,
  ): Promise<T> {
    if (this.#failure) throw this.#failure
    const id = this.#nextId++
    const text = textOf(asking, id, this.#lastSeq > this.#acked ? this.#lastSeq : null)
    this.#expectShort(text)
    const reply = this.#pending.add(asking.type, id, text, take)
    if (this.#socket) this.#acked = this.#lastSeq
    this.#socket?.send(text)
    this.#watch ??= setTimeout(this.#onWatch, this.#settings.silenceMs)
    return reply
  }

  /** Ends the session, in good order where there is a connection. */
  async close(): Promise<void> {
    if (this.#failure) return
    const socket = this.#socket
    let timer: ReturnType<typeof setTimeout> | undefined
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
    })
    if (socket) await Promise.race([this.ask({ type: 'close' }, () => null).catch(() => null), timeout])
    clearTimeout(timer)
    this.#fail(connectionLost('the client was closed'), () => socket?.close(1000, ''))
  }

  onSign(): void {
    this.#receivedAt = performance.now()
  }

  onFrame(frame: Numbered): void {
    this.onSign()
    const resuming = this.#resuming
    if (resuming && 'id' in frame && frame.id === resuming.id) this.#resumed(resuming, frame)
    else if (frame.seq > this.#lastSeq) this.#new(frame)
  }

  onBroken(error: GymError): void {
    this.#fail(error)
  }

  onClosed(close: SocketClose): void {
    const error = closeError(close)
    this.#socket = null
    if (this.#isComingBack) this.#resuming?.reject(error)
    else if (this.#isBegun && mayComeBack(close)) void this.#comeBack(error)
    else this.#fail(error)
  }

  #new(frame: Numbered): void {
    this.#lastSeq = frame.seq
    if (isEvent(frame)) this.#settings.onEvent(frame)
    else {
      this.#attempts = 0
      this.#pending.settle(frame)
    }
    if (this.#socket && this.#lastSeq - this.#acked >= ACK_EVERY) this.#acknowledge(this.#socket)
  }

  #acknowledge(socket: TextSocket): void {
    this.#acked = this.#lastSeq
    socket.send(encodeRequest({ type: 'ack', seq: this.#acked }))
  }

  async #openSession(): Promise<OpenedSession> {
    const { locate, environment, token, connectMs: timeoutMs } = this.#settings
    return openSession({ url: await locate(), environment, token, timeoutMs }, this)
  }

  #use(socket: TextSocket): void {
    this.#socket = socket
    this.onSign()
    if (this.#failure) socket.drop()
    else for (const text of this.#pending.texts) socket.send(text)
  }

  /** Reconnects with growing pauses until it is closed or the attempts are used up. */
  async #comeBack(lost: GymError): Promise<void> {
    const { retry } = this.#settings
    let why = lost
    this.#isComingBack = true
    while (!this.#failure && this.#attempts < retry.attempts) {
      await pause(pauseMs(retry, this.#attempts++, Math.random()))
      const error = this.#failure ?? (await this.#resume())
      if (!error) return
      why = error
      // A session begins on the server with its first request, which may never have arrived.
      if (error.code === 'SESSION_UNKNOWN' && this.#lastSeq === 0) this.#session = ''
      else if (!mayTryAgain(error)) break
    }
    const isWorthSaying = mayTryAgain(why) && this.#attempts > 0
    this.#fail(isWorthSaying ? connectionLost(`${why.message} (tried ${this.#attempts} times)`, why) : why)
  }

  /** @returns The failure; null where the session resumed. */
  async #resume(): Promise<GymError | null> {
    let socket: TextSocket | null = null
    try {
      const { socket: opened, welcome } = await this.#openSession()
      socket = opened
      if (this.#session === '') this.#goOn(socket, welcome.session)
      else await this.#askToResume(socket)
      return null
    } catch (thrown) {
      socket?.drop()
      return asGymError(thrown)
    }
  }

  async #askToResume(socket: TextSocket): Promise<void> {
    if (!socket.isOpen) throw brokenAgain()
    const id = this.#nextId++
    let timer: ReturnType<typeof setTimeout> | undefined
    const answered = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(connectionLost('the session was not resumed in time')), this.#settings.connectMs)
      this.#resuming = { id, socket, resolve, reject }
    })
    socket.send(encodeRequest({ type: 'resume', id, session: this.#session, lastSeq: this.#lastSeq }))
    try {
      await answered
    } finally {
      clearTimeout(timer)
      this.#resuming = null
    }
  }

  /** At once, before anything that comes after it. The refusal to resume is numbered as of another session. */
  #resumed({ socket, resolve, reject }: Resuming, frame: Reply): void {
    this.#resuming = null
    if (frame.type === 'error') reject(wireError(frame.code, frame.message))
    else if (frame.type !== 'resume') reject(new GymError('FRAME_INVALID', `resume was answered with ${frame.type}`))
    else {
      this.#lastSeq = Math.max(frame.seq, this.#lastSeq)
      if (frame.restored) this.#settings.onRestored(frame.groups ?? [])
      this.#goOn(socket, this.#session)
      resolve()
    }
  }

  #goOn(socket: TextSocket, session: string): void {
    if (!socket.isOpen) throw brokenAgain()
    this.#session = session
    this.#isComingBack = false
    this.#use(socket)
  }

  readonly #onWatch = (): void => {
    this.#watch = undefined
    if (this.#failure || this.#pending.size === 0) return
    const { silenceMs } = this.#settings
    const heardFor = performance.now() - this.#receivedAt
    if (this.#socket && heardFor >= silenceMs) {
      this.#socket.drop()
      this.onClosed({ status: 1006, reason: '' })
    }
    this.#watch = setTimeout(this.#onWatch, Math.max(1, heardFor >= silenceMs ? silenceMs : silenceMs - heardFor))
  }

  #expectShort(text: string): void {
    const most = this.#maxFrameBytes
    if (text.length * 3 <= most) return
    const bytes = new TextEncoder().encode(text).length
    if (bytes > most)
      throw new GymError('FRAME_TOO_LARGE', `the request has ${bytes} bytes, and a frame has at most ${most}`)
  }

  #fail(error: GymError, hangUp: () => void = () => this.#socket?.drop()): void {
    if (this.#failure) return
    this.#failure = error
    clearTimeout(this.#watch)
    hangUp()
    this.#resuming?.reject(error)
    this.#pending.failAll(error)
    this.#settings.onEnd(error)
  }
}

const EVENTS: readonly string[] = [
  'rewards',
  'group.closed',
  'ended',
  'step.taken',
  'dropped',
] satisfies readonly GymEvent['type'][]
const isEvent = (frame: Numbered): frame is GymEvent => EVENTS.includes(frame.type)

const brokenAgain = (): GymError => connectionLost('the connection broke again immediately')

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
