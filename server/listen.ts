import type { Socket } from 'node:net'
import type { Host } from './hosting/host.ts'
import { gymService, type ServerSettings } from './service.ts'
import type { EventStream } from './stream/stream.ts'
import { bound, urlOf } from './transport/http.ts'
import { closedServer, httpServer } from './transport/server.ts'
import { requestOf, type UpgradeHead } from './workers/handed-over.ts'

/** A server that listens. */
export interface GymServer {
  readonly host: Host
  /** Events of the server, for consumers and observers. */
  readonly stream: EventStream
  /** `http://HOST:PORT` */
  readonly url: string
  /** Sockets that are open, and episodes and sessions that are held over HTTP, for tests and metrics. */
  readonly connections: number
  /** Serves the socket of a client that another process accepted, and whose request it has read. */
  take(head: UpgradeHead, socket: Socket): void
  /** Ends every session, aborts and records every episode, closes groups and records; then the port is free. */
  close(reason?: string): Promise<void>
}

export { catchLateFailures, describeLateFailure, type LateFailure } from './late-failures.ts'
export type { ServerSettings } from './service.ts'

/**
 * Serves environments over WebSockets and HTTP from one port. The handlers of the process are its own: call
 * `catchLateFailures` beside it, or what user code throws in a timer or leaves rejected ends the process.
 * @throws GymError ADDRESS_TAKEN; CONFIG_INVALID for settings that contradict each other, or an open address without
 *   tokens.
 */
export async function listen(settings: ServerSettings): Promise<GymServer> {
  const { host: address = '127.0.0.1', port = 0 } = settings
  const service = gymService(settings, address)
  const http = httpServer(service, service.host.limits)
  await bound(http, address, port)
  return {
    host: service.host,
    stream: service.stream,
    url: urlOf(http, address),
    get connections() {
      return service.connections
    },
    take(head, socket) {
      socket.setNoDelay(true)
      service.upgrade(requestOf(head, socket), socket, Buffer.from(head.rest, 'base64'))
    },
    close: async (reason = 'the server stops') => {
      const closed = closedServer(http)
      await service.close(reason)
      http.closeAllConnections()
      await closed
    },
  }
}
