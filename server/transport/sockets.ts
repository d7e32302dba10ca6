import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { Limits } from '../limits.ts'
import type { Identity, Owner, Role } from '../roles.ts'
import { wireErrorOf } from '../wire-errors.ts'
import { type ByteBudget, UnfinishedBytes } from './byte-budget.ts'
import type { FrameSocket } from './frame-socket.ts'

/** The socket of a client, as its session has it. */
export type ClientSocket = Pick<FrameSocket, keyof FrameSocket>

/** A socket that was admitted. */
export interface Connection {
  readonly socket: ClientSocket
  /** As in the address; it may be unknown. */
  readonly environment: string
  readonly role: Role
  readonly identity: Identity
  /** Session that was opened over HTTP and must be played in; null for one of its own. */
  readonly sessionId: string | null
  /** Owner that its session counts towards. */
  readonly owner: Owner
  /** How its client dialled, so that another server can be dialled alike. */
  readonly dial: Dial
}

/** Path with query, and the headers that say who a client is. */
export interface Dial {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** One client's side of a dialect. Its methods do not throw. */
export interface Session {
  frame(text: string): void
  binary(bytes: Buffer): void
  /** The socket is gone, or is about to be closed by the server. */
  end(reason: string): void
}

/** A protocol over sockets, fixed at the handshake. */
export interface Dialect {
  /** The WebSocket subprotocol that asks for it; null for clients that ask for none. */
  readonly subprotocol: string | null
  /** Roles that may use it. */
  readonly roles: readonly Role[]
  open(connection: Connection): Session
  /** The server stops: its sockets are closed already. */
  close?(reason: string): void
}

interface Open {
  readonly socket: FrameSocket
  /** Time of the last frame, by `performance.now()`. */
  receivedAt: number
  /** Whether the chunk that is being read completed a frame. */
  hasFrame: boolean
  end(reason: string): void
}

/** All sockets of a server: hands their frames to their sessions, finds the dead and the idle, closes them in the end. */
export class Sockets {
  readonly #open = new Set<Open>()
  readonly #limits: Limits
  readonly #inbound: ByteBudget
  readonly #timers: readonly NodeJS.Timeout[]

  /** @param inbound of the frames and bodies that clients are still sending */
  constructor(limits: Limits, inbound: ByteBudget) {
    this.#limits = limits
    this.#inbound = inbound
    const beat = setInterval(() => this.#beat(), limits.heartbeatMs)
    const evict = setInterval(() => this.#evict(), Math.ceil(limits.idleMs / 4))
    this.#timers = [beat.unref(), evict.unref()]
  }

  get size(): number {
    return this.#open.size
  }

  /** @param duplex that the socket reads from */
  add(webSocket: WebSocket, duplex: Duplex, socket: FrameSocket, session: Session): void {
    let hasEnded = false
    const end = (reason: string): void => {
      if (!hasEnded) session.end(reason)
      hasEnded = true
      this.#open.delete(open)
    }
    const open: Open = { socket, receivedAt: performance.now(), hasFrame: false, end }
    this.#open.add(open)
    this.#watchUnfinished(webSocket, duplex, open)
    webSocket.on('message', (data, isBinary) => {
      open.receivedAt = performance.now()
      open.hasFrame = true
      const bytes = Buffer.isBuffer(data) ? data : bytesOf(data)
      if (isBinary) session.binary(bytes)
      else session.frame(bytes.toString())
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

  /** Counts what was read of an incomplete frame. `ws` listens first: it has read the chunk by then. */
  #watchUnfinished(webSocket: WebSocket, duplex: Duplex, open: Open): void {
    const unfinished = new UnfinishedBytes(this.#inbound, () => webSocket.terminate())
    duplex.on('data', ({ length }: Buffer) => {
      if (open.hasFrame) unfinished.finished()
      else unfinished.received(length)
      open.hasFrame = false
    })
    webSocket.once('close', () => unfinished.close())
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

const bytesOf = (data: Exclude<RawData, Buffer>): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
