import { PROTOCOL } from '../../../core/protocol/index.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Host } from '../../hosting/host.ts'
import { ROLES } from '../../roles.ts'
import type { EventStream } from '../../stream/stream.ts'
import { ByteBudget } from '../../transport/byte-budget.ts'
import type { Literals } from '../../transport/literals.ts'
import type { Dialect } from '../../transport/sockets.ts'
import { NativeConnection } from './connection.ts'
import { type Audience, EventNotifier } from './event-notifier.ts'
import type { NativeSession } from './session.ts'
import { sessionIdOf } from './session-episodes.ts'
import { SessionManager } from './session-manager.ts'

export interface NativeSettings {
  /** 32 bytes that servers share which open each other's sealed snapshots. @default a key of each run's own */
  readonly sealKey?: Buffer
}

/** The native dialect over one host: its sessions and their events. */
export function nativeDialect(
  host: Host,
  literals: Literals,
  stream: EventStream,
  { sealKey }: NativeSettings = {},
): Dialect {
  const sessions = new HostSessions(host, { literals, stream, sealKey: sealKey ?? null })
  const ignore = host.listen(new EventNotifier(sessions))
  return {
    subprotocol: PROTOCOL,
    roles: ROLES,
    open: (connection) => new NativeConnection(host, connection, () => sessions.open(connection.environment)),
    close(reason) {
      ignore()
      sessions.close(reason)
    },
  }
}

/** What the managers of all environments share. */
interface SharedSettings {
  readonly literals: Literals
  readonly stream: EventStream
  readonly sealKey: Buffer | null
}

/** The session managers of a host, one for each environment that is open, and the sessions that an event concerns. */
class HostSessions implements Audience {
  readonly #host: Host
  readonly #shared: SharedSettings & { readonly budget: ByteBudget; readonly snapshotBudget: ByteBudget }
  readonly #managers = new Map<EnvironmentHost, SessionManager>()

  constructor(host: Host, shared: SharedSettings) {
    const { storedBytesInAll, snapshotBytesInAll } = host.limits
    const budgets = { budget: new ByteBudget(storedBytesInAll), snapshotBudget: new ByteBudget(snapshotBytesInAll) }
    this.#host = host
    this.#shared = { ...shared, ...budgets }
  }

  /** @throws GymError as `Host.environmentHost` */
  async open(environment: string): Promise<SessionManager> {
    const environmentHost = await this.#host.environmentHost(environment)
    const known = this.#managers.get(environmentHost)
    if (known) return known
    const manager = new SessionManager({ environmentHost, ...this.#shared })
    this.#managers.set(environmentHost, manager)
    return manager
  }

  owner(episode: string): NativeSession | undefined {
    return firstOf(this.#managers.values(), (manager) => manager.find(sessionIdOf(episode)))
  }

  subscribers(environment: string): readonly NativeSession[] {
    const managers = [...this.#managers.values()].filter(({ host }) => host.environment === environment)
    return managers.flatMap(({ subscribers }) => [...subscribers])
  }

  close(reason: string): void {
    for (const manager of this.#managers.values()) manager.close(reason)
  }
}

function firstOf<T, U>(items: Iterable<T>, find: (item: T) => U | undefined): U | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
