import { PROTOCOL } from '../../../core/protocol/index.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Host } from '../../hosting/host.ts'
import { ROLES } from '../../roles.ts'
import type { EventStream } from '../../stream/stream.ts'
import { ByteBudget } from '../../transport/byte-budget.ts'
import type { Dialect } from '../../transport/dialect.ts'
import type { Literals } from '../../transport/literals.ts'
import { NativeConnection } from './connection.ts'
import { EventNotifier } from './event-notifier.ts'
import { SessionManager } from './session-manager.ts'
import { sessionIdOf } from './session-tokens.ts'

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
  const budget = new ByteBudget(host.limits.storedBytesInAll)
  const snapshotBudget = new ByteBudget(host.limits.snapshotBytesInAll)
  const managers = new Map<EnvironmentHost, SessionManager>()
  const managerOf = (environmentHost: EnvironmentHost): SessionManager => {
    const manager =
      managers.get(environmentHost) ??
      new SessionManager({ environmentHost, literals, stream, sealKey: sealKey ?? null, budget, snapshotBudget })
    managers.set(environmentHost, manager)
    return manager
  }
  const open = async (environment: string): Promise<SessionManager> =>
    managerOf(await host.environmentHost(environment))
  const audience = {
    owner: (episode: string) => firstOf(managers.values(), (manager) => manager.find(sessionIdOf(episode))),
    subscribers: (environment: string) =>
      [...managers.values()].flatMap((manager) =>
        manager.host.environment === environment ? [...manager.subscribers] : [],
      ),
  }
  const ignore = host.listen(new EventNotifier(audience))
  return {
    subprotocol: PROTOCOL,
    roles: ROLES,
    open: (connection) => new NativeConnection(host, connection, () => open(connection.environment)),
    close(reason) {
      ignore()
      for (const manager of managers.values()) manager.close(reason)
    },
  }
}

function firstOf<T, U>(items: Iterable<T>, find: (item: T) => U | undefined): U | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
