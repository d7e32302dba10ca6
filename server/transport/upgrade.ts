import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { GymError } from '../../core/data/errors.ts'
import type { Host } from '../hosting/host.ts'
import { admitVisitor, type GateSettings, type Visitor } from '../http/gate.ts'
import { errorBody, nameIn } from '../http/handler.ts'
import { expectRole } from '../roles.ts'
import { asGymError, wireErrorOf } from '../wire-errors.ts'
import type { Dialect } from './dialect.ts'
import { FrameSocket } from './frame-socket.ts'
import type { Literals } from './literals.ts'
import type { Sockets } from './sockets.ts'

export interface Upgrading {
  readonly host: Host
  readonly gate: GateSettings
  readonly defaultName: string | null
  readonly literals: Literals
  readonly sockets: Sockets
  /** Every dialect that is spoken. */
  readonly dialects: readonly Dialect[]
}

type OnUpgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer) => void

/** Lets sockets in, each with the dialect that its client asks for. */
export function onUpgrade(upgrading: Upgrading): OnUpgrade {
  const { host, gate, dialects } = upgrading
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: host.limits.frameBytesIn,
    handleProtocols: (offered) =>
      dialects.find(({ subprotocol }) => offered.has(subprotocol ?? ''))?.subprotocol ?? false,
  })
  return (request, duplex, head) => {
    duplex.on('error', () => duplex.destroy())
    try {
      const visitor = admitVisitor(gate, request)
      const open = opener(upgrading, visitor, duplex, dialectFor(dialects, request))
      webSockets.handleUpgrade(request, duplex, head, open)
    } catch (thrown) {
      refuse(duplex, asGymError(thrown))
    }
  }
}

/** @throws GymError FRAME_UNKNOWN, FORBIDDEN, ENV_UNKNOWN, CAPACITY_REACHED: before there is a socket. */
function opener(upgrading: Upgrading, visitor: Visitor, duplex: Duplex, dialect: Dialect) {
  const { host, sockets, literals } = upgrading
  const { segments } = visitor.address
  if (segments.length > 2 || segments.at(-1) !== 'ws')
    throw new GymError('FRAME_UNKNOWN', 'sockets are at /{env}/ws, or at /ws where there is a default environment')
  expectRole(visitor.role, dialect.roles, 'a socket of this dialect')
  const environment = nameIn(upgrading, visitor)
  const { sessions, waitingSessions } = host.limits
  if (sockets.size >= sessions + 2 * waitingSessions)
    throw new GymError('CAPACITY_REACHED', 'too many sockets are open, even for waiting')
  return (webSocket: WebSocket): void => {
    const socket = new FrameSocket(webSocket, duplex, host.limits)
    sockets.add(webSocket, socket, dialect.open({ host, socket, environment, role: visitor.role, literals }))
  }
}

/** @throws GymError FRAME_UNKNOWN */
function dialectFor(dialects: readonly Dialect[], request: IncomingMessage): Dialect {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const dialect = dialects.find(({ subprotocol }) => offered.includes(subprotocol ?? ''))
  if (dialect) return dialect
  const known = dialects.flatMap(({ subprotocol }) => subprotocol ?? [])
  throw new GymError('FRAME_UNKNOWN', `subprotocols are ${known.join(', ') || 'none'}; or offer none, for OpenEnv`)
}

function refuse(duplex: Duplex, error: GymError): void {
  const { http } = wireErrorOf(error.code)
  const body = errorBody(error)
  const head = `HTTP/1.1 ${http} ${error.code}\r\nContent-Type: application/json\r\nConnection: close\r\n`
  duplex.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
