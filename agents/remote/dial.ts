import { type AddressParts, socketAddress } from './address.ts'
import { dialBuiltIn } from './dial-built-in.ts'
import type { SocketEvents, TextSocket } from './text-socket.ts'

export interface Dialling extends AddressParts {
  readonly url: string
  readonly protocol: string | null
  readonly timeoutMs: number
}

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
