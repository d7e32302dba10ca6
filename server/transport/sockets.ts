import type { RawData, WebSocket } from 'ws'
import type { Limits } from '../limits.ts'
import { wireErrorOf } from '../wire-errors.ts'
import type { Session } from './dialect.ts'
import type { FrameSocket } from './frame-socket.ts'

interface Open {
  readonly socket: FrameSocket
  /** Of `performance.now()`: when the last frame came. */
  receivedAt: number
  end(reason: string): void
}

/** All sockets of a server: hands their frames to their sessions, finds the dead and the idle, closes them in the end. */
export class Sockets {
  readonly #open = new Set<Open>()
  readonly #limits: Limits
  readonly #timers: readonly NodeJS.Timeout[]

  constructor(limits: Limits) {
    this.#limits = limits
    const beat = setInterval(() => this.#beat(), limits.heartbeatMs)
    const evict = setInterval(() => this.#evict(), Math.ceil(limits.idleMs / 4))
    this.#timers = [beat.unref(), evict.unref()]
  }

  get size(): number {
    return this.#open.size
  }

  add(webSocket: WebSocket, socket: FrameSocket, session: Session): void {
    let hasEnded = false
    const end = (reason: string): void => {
      if (!hasEnded) session.end(reason)
      hasEnded = true
      this.#open.delete(open)
    }
    const open: Open = { socket, receivedAt: performance.now(), end }
    this.#open.add(open)
    webSocket.on('message', (data, isBinary) => {
      open.receivedAt = performance.now()
      if (isBinary) session.binary(bytesOf(data))
      else session.frame(bytesOf(data).toString())
    })
    // What breaks the protocol (invalid UTF-8, a frame over the limit) is closed by `ws` itself, with its status.
    webSocket.on('error', (error) => end(`the connection failed: ${error.message}`))
    webSocket.on('close', (status) => end(status === 1006 ? 'the connection was lost' : 'the client left'))
  }

  /** Ends all sessions and closes their sockets; sockets that do not answer are terminated. */
  async close(status: number, reason: string): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const all = [...this.#open]
    for (const { end, socket } of all) {
      end(reason)
      socket.close(status, reason)
    }
    await Promise.race([Promise.all(all.map(({ socket }) => socket.closed)), wait(CLOSING_MS)])
    for (const { socket } of all) socket.terminate()
  }

  #beat(): void {
    for (const { socket } of this.#open) socket.beat()
  }

  #evict(): void {
    const oldest = performance.now() - this.#limits.idleMs
    const idle = [...this.#open].filter(({ receivedAt }) => receivedAt < oldest)
    for (const { end, socket } of idle) {
      end('idle')
      socket.close(wireErrorOf('SESSION_IDLE').close ?? 1001, 'SESSION_IDLE: nothing was sent for too long')
    }
  }
}

/** Milliseconds for clients to answer that they have seen the end. */
const CLOSING_MS = 500

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
