import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GymError, messageOf } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'
import { Host, type HostSettings } from './hosting/host.ts'
import { HttpEpisodes } from './http/episodes.ts'
import { environmentOf, handleRequest } from './http/handler.ts'
import { Metrics } from './metrics/metrics.ts'
import { McpEndpoint } from './protocols/mcp/endpoint.ts'
import { type NativeSettings, nativeDialect } from './protocols/native/dialect.ts'
import { HeldSessions } from './protocols/openenv/held-sessions.ts'
import type { Unfinished } from './protocols/openenv/player.ts'
import { openenvDialect } from './protocols/openenv/session.ts'
import { Keyring, type Token } from './roles.ts'
import { EventStream } from './stream/stream.ts'
import { ByteBudget } from './transport/byte-budget.ts'
import { type Address, type GateSettings, LOOPBACK_NAMES } from './transport/gate.ts'
import { Literals } from './transport/literals.ts'
import { Sockets } from './transport/sockets.ts'
import { onUpgrade } from './transport/upgrade.ts'
import { wireErrorOf } from './wire-errors.ts'

/** Settings of a server. */
export interface ServerSettings extends HostSettings, NativeSettings {
  /** Another than a loopback address needs tokens. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any that is free. @default 0 */
  readonly port?: number
  /** Without tokens everybody who can connect is a trainer. */
  readonly tokens?: readonly Token[]
  /** Host names beside the address itself. @default with tokens any, else the loopback names */
  readonly hosts?: readonly string[]
  /** Origins of web pages that may connect. */
  readonly origins?: readonly string[]
  /** What a reset or close before the end makes of an episode, in OpenEnv's protocol. @default 'aborted' */
  readonly unfinished?: Unfinished
  /** What addresses without an environment mean. @default the only one, where there is one */
  readonly defaultName?: string
}

/** A server that listens. */
export interface GymServer {
  readonly host: Host
  /** Events of the server, for consumers and observers. */
  readonly stream: EventStream
  /** `http://HOST:PORT` */
  readonly url: string
  /** Sockets that are open, and episodes and sessions that are held over HTTP, for tests and metrics. */
  readonly connections: number
  /** Ends every session, aborts and records every episode, closes groups and records; then the port is free. */
  close(reason?: string): Promise<void>
}

export { catchLateFailures, describeLateFailure, type LateFailure } from './late-failures.ts'

/**
 * Serves environments over WebSockets and HTTP from one port. The handlers of the process are its own: call
 * `catchLateFailures` beside it, or what user code throws in a timer or leaves rejected ends the process.
 * @throws GymError ADDRESS_TAKEN; CONFIG_INVALID for settings that contradict each other, or an open address without
 *   tokens.
 */
export async function listen(settings: ServerSettings): Promise<GymServer> {
  const { host: address = '127.0.0.1', port = 0, unfinished = 'aborted' } = settings
  const host = new Host(settings)
  const stream = new EventStream(host.events)
  const metrics = new Metrics(host, stream)
  const gate = gateOf(settings, address)
  const defaultName = defaultOf(settings)
  const literals = new Literals()
  const episodes = new HttpEpisodes(literals, host.limits, unfinished)
  const sockets = new Sockets(host.limits)
  const held = new HeldSessions(host, literals, unfinished)
  const mcp = new McpEndpoint(held)
  const dialects = [
    openenvDialect({ host, literals, unfinished, held }),
    nativeDialect(host, literals, stream, settings),
  ]
  const inbound = new ByteBudget(host.limits.unfinishedBytesInAll)
  const handling = { host, gate, episodes, mcp, metrics, inbound, defaultName }
  const http = createServer((request, response) => void handleRequest(handling, request, response))
  const ofAddress = (address: Address): string => environmentOf(address, handling)
  const { sessions, waitingSessions } = host.limits
  http.maxConnections = 2 * (sessions + 2 * waitingSessions)
  http.on('upgrade', onUpgrade({ limits: host.limits, gate, sockets, inbound, dialects, environmentOf: ofAddress }))
  await bound(http, address, port)
  return {
    host,
    stream,
    url: urlOf(http, address),
    get connections() {
      return sockets.size + episodes.size + held.size
    },
    async close(reason = 'the server stops') {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      episodes.stop(reason)
      held.stop(reason)
      const ended = sockets.close(wireErrorOf('SERVER_STOPPING').close ?? 1001, `SERVER_STOPPING: ${reason}`)
      await Promise.all([ended, host.stop(reason)])
      for (const dialect of dialects) dialect.close?.(reason)
      await stream.close(host.limits.stopMs)
      http.closeAllConnections()
      await closed
    },
  }
}

function gateOf({ tokens = [], hosts, origins = [] }: ServerSettings, host: string): GateSettings {
  const keyring = new Keyring(tokens)
  const isLoopback = LOOPBACK_NAMES.includes(host) || host === '::1'
  if (!isLoopback && keyring.isEmpty)
    throw new GymError('CONFIG_INVALID', `${host} can be reached from outside: set tokens, or listen on 127.0.0.1`)
  const own = keyring.isEmpty ? [...LOOPBACK_NAMES, ...(hosts ?? [])] : (hosts ?? null)
  return { keyring, origins, hosts: own === null ? null : own.map((name) => name.toLowerCase()) }
}

function defaultOf({ environments, defaultName }: ServerSettings): string | null {
  const [only, ...others] = environments
  if (defaultName === undefined) return others.length === 0 ? (only?.name ?? null) : null
  if (environments.some(({ name }) => name === defaultName)) return defaultName
  throw new GymError('CONFIG_INVALID', `the default ${shown(defaultName)} is not among what is served`)
}

function bound(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'it is taken: choose another port, or 0 for any' : messageOf(error)
      reject(new GymError('ADDRESS_TAKEN', `cannot listen on ${host}:${port}: ${why}`, { cause: error }))
    }
    http.once('error', fail)
    http.listen(port, host, () => {
      http.removeListener('error', fail)
      resolve()
    })
  })
}

function urlOf(http: Server, host: string): string {
  const { port } = http.address() as AddressInfo
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}
