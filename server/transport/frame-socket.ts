import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { GymError } from '../../core/data/errors.ts'
import type { Limits } from '../limits.ts'

const AS_TEXT = { binary: false } as const
/** Bytes of a frame that is worth waiting for others. */
const LONG = 32_768
/** Longest reason that fits into a closing frame, in bytes. */
const MAX_REASON_BYTES = 123

/** A socket that sends whole frames, and stops reading from a client that does not read. */
export class FrameSocket {
  /** When the socket is closed, by either side. */
  readonly closed: Promise<void>
  readonly #socket: WebSocket
  readonly #duplex: Duplex
  readonly #limits: Limits
  #isAnswering = true
  #isHeld = false
  #isGathering = false
  /** Whether the client took a frame since the last beat. */
  #isTaking = true
  /** Time since which a slow reader takes nothing, by `performance.now()`; null while it takes something. */
  #stalledSince: number | null = null
  #onDrained: () => void = () => {}

  /** @param duplex that the socket writes to */
  constructor(socket: WebSocket, duplex: Duplex, limits: Limits) {
    this.#socket = socket
    this.#duplex = duplex
    this.#limits = limits
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('pong', () => {
      this.#isAnswering = true
    })
  }

  /** Whether the client takes frames more slowly than they come. */
  get isSlow(): boolean {
    return this.#socket.bufferedAmount > this.#limits.bufferedBytes
  }

  /** Whether everything that was sent has left this process. */
  get isDrained(): boolean {
    return this.#socket.bufferedAmount === 0
  }

  /** Sets the listener that is called when the client has caught up again. */
  onDrained(listener: () => void): void {
    this.#onDrained = listener
  }

  /**
   * Sends a text, or its UTF-8.
   * @throws GymError FRAME_TOO_LARGE, and nothing is sent.
   */
  send(frame: string | Buffer): void {
    const { frameBytesOut } = this.#limits
    // A UTF-16 unit has at most three bytes in UTF-8.
    if (frame.length * 3 > frameBytesOut) expectShort(Buffer.byteLength(frame), frameBytesOut)
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (frame.length > LONG) this.#gather()
    this.#socket.send(frame, AS_TEXT, this.#onSent)
    if (this.isSlow) this.#socket.pause()
  }

  /** Reads no further frames for now. */
  hold(): void {
    this.#isHeld = true
    this.#socket.pause()
  }

  release(): void {
    this.#isHeld = false
    this.#resume()
  }

  close(status: number, reason: string): void {
    this.#socket.resume()
    this.#socket.close(status, shortened(reason))
  }

  /** Pings; a client that left the last ping unanswered, or receives nothing for too long, is disconnected. */
  beat(): void {
    // What it was asked before it was slow may be unheard for as long as it is.
    if (this.#hasStalled() || !(this.#isAnswering || this.#socket.isPaused)) {
      this.#socket.terminate()
      return
    }
    // A paused socket hears no pong.
    this.#isAnswering = this.#socket.isPaused
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping()
  }

  terminate(): void {
    this.#socket.terminate()
  }

  /** Closes the socket, at once where its client does not read: what waits for it is discarded. */
  cutOff(status: number, reason: string): void {
    if (this.isDrained) this.close(status, reason)
    else this.terminate()
  }

  /** A paused socket hears neither a pong nor that its client has gone. */
  #hasStalled(): boolean {
    const now = performance.now()
    const isStalling = this.isSlow && !this.#isTaking
    this.#isTaking = false
    this.#stalledSince = isStalling ? (this.#stalledSince ?? now) : null
    return this.#stalledSince !== null && now - this.#stalledSince >= this.#limits.stallMs
  }

  /** A long frame mostly is one of several of a reply: what is sent in this turn goes out by one call. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#duplex.cork()
    process.nextTick(() => {
      this.#isGathering = false
      this.#duplex.uncork()
    })
  }

  readonly #onSent = (): void => {
    this.#isTaking = true
    if (!this.#socket.isPaused || this.isSlow) return
    this.#resume()
    this.#onDrained()
  }

  #resume(): void {
    if (!this.#isHeld && !this.isSlow) this.#socket.resume()
  }
}

function expectShort(bytes: number, most: number): void {
  if (bytes <= most) return
  throw new GymError('FRAME_TOO_LARGE', `the reply has ${bytes} bytes, and a frame has at most ${most}`)
}

const shortened = (reason: string): string => reason.replace(/[^ -~]/g, '?').slice(0, MAX_REASON_BYTES)
