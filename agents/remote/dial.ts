import { type AddressParts, socketAddress, withoutToken } from './address.ts'
import { dialBuiltIn } from './dial-built-in.ts'
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

export interface Dialling extends AddressParts {
  readonly url: string
  readonly protocol: string | null
  readonly timeoutMs: number
}

/** A call to an address that was worked out; `token` is for the header. */
export interface Call {
  readonly address: string
  readonly protocol: string | null
  readonly token: string | null
  readonly timeoutMs: number
}

export type Dialler = (call: Call, events: SocketEvents) => Promise<TextSocket>

/**
 * Opens a socket: with `ws` in Node.js, where a token goes into a header, else with the built-in WebSocket, where it
 * goes into the address.
 * @throws GymError the one that the server refused with; CONNECTION_LOST where there was none; CONFIG_INVALID
 */
export async function dial(dialling: Dialling, events: SocketEvents): Promise<TextSocket> {
  const { url, environment, token, protocol, timeoutMs } = dialling
  const isNode = 'process' in globalThis && process.versions?.node !== undefined
  if (!isNode) {
    const address = socketAddress(url, { environment, token })
    return dialBuiltIn({ address, protocol, token: null, timeoutMs }, events)
  }
  const { dialWs } = await import('./dial-ws.ts')
  return dialWs({ address: socketAddress(url, { environment }), protocol, token: token ?? null, timeoutMs }, events)
}

export const noConnection = (address: string, why: string, cause?: unknown) =>
  connectionLost(`no connection to ${withoutToken(address)}: ${why}`, cause)
