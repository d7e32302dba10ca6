import { withoutToken } from './address.ts'
import { connectionLost, type SocketClose } from './wire-error.ts'

/** Events of a socket. None follows `onClosed`, or a close by the client. */
export interface SocketEvents {
  onText(text: string): void
  /** A binary frame, which no dialect has. */
  onBinary(): void
  /** Anything at all was heard, a ping too. */
  onSign?(): void
  onClosed(close: SocketClose): void
}

/** A socket that is open. */
export interface TextSocket {
  readonly isOpen: boolean
  send(text: string): void
  /** Says goodbye and waits for no answer. */
  close(status: number, reason: string): void
  /** Cuts the connection where that is possible. */
  drop(): void
}

/** A call to an address that was resolved; `token` is for the header. */
export interface Call {
  readonly address: string
  readonly protocol: string | null
  readonly token: string | null
  readonly timeoutMs: number
}

export type Dialler = (call: Call, events: SocketEvents) => Promise<TextSocket>

export const noConnection = (address: string, why: string, cause?: unknown) =>
  connectionLost(`no connection to ${withoutToken(address)}: ${why}`, cause)
