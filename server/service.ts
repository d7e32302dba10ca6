import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
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
import { Literals } from './transport/literals.ts'
import { type Dialect, Sockets } from './transport/sockets.ts'
import { onUpgrade } from './transport/upgrade.ts'
import { wireErrorOf } from './wire-errors.ts'
import { movable } from './workers/movable.ts'
import { groupIn, resumedIn } from './workers/names.ts'

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

/** What answers the requests of one port, or of a part of its addresses. */
export interface GymService {
  readonly host: Host
  /** Events of the server, for consumers and observers. */
  readonly stream: EventStream
  /** Sockets that are open, and episodes and sessions that are held over HTTP. */
  readonly connections: number
  /** Figures of this service. */
  readonly metrics: Pick<Metrics, 'page' | 'contentType'>
  /** Answers a request. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void
  /** Ends every session, aborts and records every episode, closes groups and records. */
  close(reason: string): Promise<void>
  /**
   * Closes records and sockets as they are, as if the process had been killed: another server that opens the records
   * continues episodes and groups, and clients resume their sessions there.
   */
  handOver(reason: string): Promise<void>
}

/**
 * What `listen` serves, without a port.
 * @param address that will be listened on
 * @throws GymError CONFIG_INVALID
 */
export function gymService(settings: ServerSettings, address: string): GymService {
  const parts = partsOf(settings, address)
  const { host, gate, stream, episodes, held, sites, sockets, dialects } = parts
  const nameIn = (asked: Address): string => environmentOf(asked, parts)
  return {
    ...{ host, stream, metrics: parts.metrics },
    get connections() {
      return sockets.size + episodes.size + held.size + sites.size
    },
    handle: (request, response) => handleRequest(parts, request, response),
    upgrade: onUpgrade({ limits: host.limits, gate, sockets, dialects, environmentOf: nameIn }),
    close: (reason) => closeService(parts, reason),
    async handOver(reason) {
      host.closeRecords()
      await sockets.close(wireErrorOf('SHARD_LOST').close ?? 1012, `SHARD_LOST: ${reason}`)
      await closeService(parts, reason)
    },
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
    dialects: placed(
      host,
      openenvDialect({ host, literals, unfinished, held }),
      nativeDialect(host, literals, stream, settings),
    ),
  }
}

/** Dialects that relay to other servers what is theirs, where there are others. */
function placed({ place, limits }: Host, openenv: Dialect, native: Dialect): readonly Dialect[] {
  if (!place) return [openenv, native]
  return [movable(openenv, place, groupIn(limits)), movable(native, place, resumedIn(limits))]
}

async function closeService(parts: ServerParts, reason: string): Promise<void> {
  const { host, stream, episodes, held, sites, pages, sockets, dialects } = parts
  episodes.stop(reason)
  held.stop(reason)
  sites.stop(reason)
  const ended = sockets.close(wireErrorOf('SERVER_STOPPING').close ?? 1001, `SERVER_STOPPING: ${reason}`)
  await Promise.all([ended, host.stop(reason), pages?.close()])
  for (const dialect of dialects) dialect.close?.(reason)
  await stream.close(host.limits.stopMs)
}

function defaultOf({ environments, defaultName }: ServerSettings): string | null {
  const [only, ...others] = environments
  if (defaultName === undefined) return others.length === 0 ? (only?.name ?? null) : null
  if (environments.some(({ name }) => name === defaultName)) return defaultName
  throw new GymError('CONFIG_INVALID', `the default ${shown(defaultName)} is not among what is served`)
}
