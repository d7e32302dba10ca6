import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Limits } from '../limits.ts'
import { KEEP_ALIVE_MS } from './http.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** What answers the requests of a port. */
export interface Answering {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void
}

/** A server of HTTP that does not listen yet. */
export function httpServer(answering: Answering, { sessions, waitingSessions }: Limits): Server {
  const http = createServer(oneAtATime((request, response) => void answering.handle(request, response)))
  http.maxConnections = 2 * (sessions + 2 * waitingSessions)
  http.keepAliveTimeout = KEEP_ALIVE_MS
  http.on('upgrade', (request, duplex, head) => answering.upgrade(request, duplex, head))
  return http
}

/** Takes no more connections; kept when those that it has are closed. */
export const closedServer = (http: Server): Promise<void> => new Promise((resolve) => http.close(() => resolve()))
