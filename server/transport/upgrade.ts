import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { GymError } from '../../core/data/errors.ts'
import { type Limits, limitsFor } from '../limits.ts'
import { expectRole, ownerOf } from '../roles.ts'
import { asGymError, errorBody, wireErrorOf } from '../wire-errors.ts'
import { FrameSocket } from './frame-socket.ts'
import { type Address, type AdmittedRequest, admitRequest, type GateSettings } from './gate.ts'
import type { Dial, Dialect, Sockets } from './sockets.ts'

export interface UpgradeSettings {
  readonly limits: Limits
  readonly gate: GateSettings
  readonly sockets: Sockets
  /** Every protocol that is served. */
  readonly dialects: readonly Dialect[]
  /** Name of the environment that an address is for. @throws GymError ENV_UNKNOWN where it names none. */
  readonly environmentOf: (address: Address) => string
}

type OnUpgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer) => void

/** Admits sockets, each with the dialect that its client asks for. */
export function onUpgrade(settings: UpgradeSettings): OnUpgrade {
  const { limits, gate, dialects } = settings
  const forTrainers = webSocketServer(dialects, limits.frameBytesIn)
  const forOthers = webSocketServer(dialects, limitsFor('agent', limits).frameBytesIn)
  return (request, duplex, head) => {
    duplex.on('error', () => duplex.destroy())
    try {
      const admitted = admitRequest(gate, request)
      const open = opener(settings, admitted, duplex, dialectFor(dialects, request), request)
      const webSockets = admitted.role === 'trainer' ? forTrainers : forOthers
      webSockets.handleUpgrade(request, duplex, head, open)
    } catch (thrown) {
      refuse(duplex, asGymError(thrown))
    }
  }
}

/** @param maxPayload bytes of one frame from a client */
const webSocketServer = (dialects: readonly Dialect[], maxPayload: number): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: (offered) =>
      dialects.find(({ subprotocol }) => offered.has(subprotocol ?? ''))?.subprotocol ?? false,
  })

/** @throws GymError FRAME_UNKNOWN, FORBIDDEN, ENV_UNKNOWN, CAPACITY_REACHED: before there is a socket. */
function opener(
  settings: UpgradeSettings,
  admitted: AdmittedRequest,
  duplex: Duplex,
  dialect: Dialect,
  request: IncomingMessage,
) {
  const { limits, sockets, environmentOf } = settings
  const { role, address, identity } = admitted
  const { segments, query } = address
  if (segments.at(-1) !== 'ws')
    throw new GymError('FRAME_UNKNOWN', 'sockets are at /{env}/ws, or at /ws where there is a default environment')
  expectRole(role, dialect.roles, 'a socket of this dialect')
  const environment = environmentOf(address)
  const { sessions, waitingSessions } = limits
  if (sockets.size >= sessions + 2 * waitingSessions)
    throw new GymError('CAPACITY_REACHED', 'too many sockets are open, even for waiting')
  const owner = ownerOf(identity, request.socket.remoteAddress)
  const dial = dialOf(request)
  const sessionId = query.get('session_id')
  return (webSocket: WebSocket): void => {
    const socket = new FrameSocket(webSocket, duplex, limits)
    sockets.add(
      webSocket,
      duplex,
      socket,
      dialect.open({ socket, environment, role, identity, sessionId, owner, dial }),
    )
  }
}

const dialOf = ({ url = '/', headers: { host, authorization } }: IncomingMessage): Dial => ({
  path: url,
  headers: { ...(host !== undefined && { host }), ...(authorization !== undefined && { authorization }) },
})

/** @throws GymError FRAME_UNKNOWN */
function dialectFor(dialects: readonly Dialect[], request: IncomingMessage): Dialect {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const dialect = dialects.find(({ subprotocol }) => offered.includes(subprotocol ?? ''))
  if (dialect) return dialect
  const known = dialects.flatMap(({ subprotocol }) => subprotocol ?? [])
  throw new GymError('FRAME_UNKNOWN', `subprotocols are ${known.join(', ') || 'none'}; or offer none, for OpenEnv`)
}

export function refuse(duplex: Duplex, error: GymError): void {
  const { http } = wireErrorOf(error.code)
  const body = errorBody(error)
  const head = `HTTP/1.1 ${http} ${error.code}\r\nContent-Type: application/json\r\nConnection: close\r\n`
  duplex.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
