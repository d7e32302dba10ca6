import { createServer, type Server } from 'node:http'
import { GymError } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'
import { Host, type HostSettings } from './hosting/host.ts'
import { environmentOf } from './http/addressed.ts'
import { HttpEpisodes } from './http/episodes.ts'
import { type HandlerSettings, handleRequest } from './http/handler.ts'
import { Metrics } from './metrics/metrics.ts'
import type { PagesOf } from './pages.ts'
import { McpEndpoint } from './protocols/mcp/endpoint.ts'
import { type NativeSettings, nativeDialect } from './protocols/native/dialect.ts'
import { HeldSessions } from './protocols/openenv/held-sessions.ts'
import type { Unfinished } from './protocols/openenv/player.ts'
import { openenvDialect } from './protocols/openenv/session.ts'
import { OrsEndpoint } from './protocols/ors/endpoint.ts'
import { SiteEndpoint } from './site/endpoint.ts'
import { EventStream } from './stream/stream.ts'
import { ByteBudget } from './transport/byte-budget.ts'
import { type Address, type Admission, gateOf } from './transport/gate.ts'
import { bound, KEEP_ALIVE_MS, urlOf } from './transport/http.ts'
import { Literals } from './transport/literals.ts'
import { oneAtATime } from './transport/one-at-a-time.ts'
import { type Dialect, Sockets } from './transport/sockets.ts'
import { onUpgrade } from './transport/upgrade.ts'
import { wireErrorOf } from './wire-errors.ts'

/** Settings of a server. */
export interface ServerSettings extends HostSettings, NativeSettings, Admission {
  /** Another than a loopback address needs tokens. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any that is free. @default 0 */
  readonly port?: number
  /** What a reset or close before the end makes of an episode, in OpenEnv's protocol. @default 'aborted' */
  readonly unfinished?: Unfinished
  /** What addresses without an environment mean. @default the only one, where there is one */
  readonly defaultName?: string
  /** Pages beside the environments, as those of the viewer. @default none */
  readonly pagesOf?: PagesOf
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
  const { host: address = '127.0.0.1', port = 0 } = settings
  const parts = partsOf(settings, address)
  const { host, stream, episodes, held, sites, sockets } = parts
  const http = httpServer(parts)
  await bound(http, address, port)
  return {
    host,
    stream,
    url: urlOf(http, address),
    get connections() {
      return sockets.size + episodes.size + held.size + sites.size
    },
    close: (reason = 'the server stops') => closeServer(parts, http, reason),
  }
}

/** What a server consists of, beside its port. */
interface ServerParts extends HandlerSettings {
  readonly stream: EventStream
  readonly held: HeldSessions
  readonly sockets: Sockets
  readonly dialects: readonly Dialect[]
}

/** @throws GymError CONFIG_INVALID */
function partsOf(settings: ServerSettings, address: string): ServerParts {
  const { unfinished = 'aborted' } = settings
  const gate = gateOf(settings, address)
  const defaultName = defaultOf(settings)
  const host = new Host(settings)
  const { limits } = host
  const stream = new EventStream(host.events)
  const literals = new Literals()
  const inbound = new ByteBudget(limits.unfinishedBytesInAll)
  const held = new HeldSessions(host, literals, unfinished)
  const sites = new SiteEndpoint(host, gate, inbound)
  return {
    ...{ host, gate, defaultName, stream, inbound, held },
    metrics: new Metrics(host, stream),
    episodes: new HttpEpisodes(literals, limits, unfinished),
    mcp: new McpEndpoint(held),
    ors: new OrsEndpoint(host, held),
    sites,
    pages: settings.pagesOf?.({ gate, stream, sites: () => sites.list() }) ?? null,
    sockets: new Sockets(limits, inbound),
    dialects: [openenvDialect({ host, literals, unfinished, held }), nativeDialect(host, literals, stream, settings)],
  }
}

function httpServer(parts: ServerParts): Server {
  const { gate, sockets, dialects } = parts
  const { limits } = parts.host
  const http = createServer(oneAtATime((request, response) => void handleRequest(parts, request, response)))
  http.maxConnections = 2 * (limits.sessions + 2 * limits.waitingSessions)
  http.keepAliveTimeout = KEEP_ALIVE_MS
  const nameIn = (address: Address): string => environmentOf(address, parts)
  http.on('upgrade', onUpgrade({ limits, gate, sockets, dialects, environmentOf: nameIn }))
  return http
}

async function closeServer(parts: ServerParts, http: Server, reason: string): Promise<void> {
  const { host, stream, episodes, held, sites, pages, sockets, dialects } = parts
  const closed = new Promise<void>((resolve) => http.close(() => resolve()))
  episodes.stop(reason)
  held.stop(reason)
  sites.stop(reason)
  const ended = sockets.close(wireErrorOf('SERVER_STOPPING').close ?? 1001, `SERVER_STOPPING: ${reason}`)
  await Promise.all([ended, host.stop(reason), pages?.close()])
  for (const dialect of dialects) dialect.close?.(reason)
  await stream.close(host.limits.stopMs)
  http.closeAllConnections()
  await closed
}

function defaultOf({ environments, defaultName }: ServerSettings): string | null {
  const [only, ...others] = environments
  if (defaultName === undefined) return others.length === 0 ? (only?.name ?? null) : null
  if (environments.some(({ name }) => name === defaultName)) return defaultName
  throw new GymError('CONFIG_INVALID', `the default ${shown(defaultName)} is not among what is served`)
}
