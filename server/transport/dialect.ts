import type { Host } from '../hosting/host.ts'
import type { Role } from '../roles.ts'
import type { FrameSocket } from './frame-socket.ts'
import type { Literals } from './literals.ts'

/** What a dialect gets of a socket that was let in. */
export interface Connection {
  readonly host: Host
  readonly socket: FrameSocket
  /** As in the address; it may be unknown. */
  readonly environment: string
  readonly role: Role
  /** Shared by all connections, so that a page is encoded once for all. */
  readonly literals: Literals
}

/** One client's side of a dialect. Its methods do not throw. */
export interface Session {
  frame(text: string): void
  binary(bytes: Buffer): void
  /** The socket is gone, or is about to be closed by the server. */
  end(reason: string): void
}

/** A way of speaking over a socket, fixed at the handshake. */
export interface Dialect {
  /** The WebSocket subprotocol that asks for it; null for clients that ask for none. */
  readonly subprotocol: string | null
  /** Who may speak it. */
  readonly roles: readonly Role[]
  open(connection: Connection): Session
  /** The server stops: its sockets are closed already. */
  close?(reason: string): void
}
