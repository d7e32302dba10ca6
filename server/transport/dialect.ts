import type { Identity, Owner, Role } from '../roles.ts'
import type { FrameSocket } from './frame-socket.ts'

/** A socket that was admitted. */
export interface Connection {
  readonly socket: FrameSocket
  /** As in the address; it may be unknown. */
  readonly environment: string
  readonly role: Role
  readonly identity: Identity
  /** Session that was opened over HTTP and must be played in; null for one of its own. */
  readonly sessionId: string | null
  /** Owner that its session counts towards. */
  readonly owner: Owner
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
