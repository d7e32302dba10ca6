import { PROTOCOL } from '../../core/protocol.ts'
import type { Arena } from '../arena/arena.ts'
import type { Realm } from '../arena/realm.ts'
import type { Dialect } from '../dialect.ts'
import type { Literals } from '../literals.ts'
import { ROLES } from '../roles.ts'
import type { ArenaStream } from '../stream/stream.ts'
import { NativeConnection } from './connection.ts'
import { Feed } from './feed.ts'
import { Office } from './office.ts'
import { sessionIdOf } from './passes.ts'

export interface NativeSettings {
  /** 32 bytes that servers share which open each other's sealed snapshots. @default a key of each run's own */
  readonly sealKey?: Buffer
}

/** The native dialect over one arena: its sessions, and what they are told. */
export function nativeDialect(
  arena: Arena,
  literals: Literals,
  stream: ArenaStream,
  { sealKey }: NativeSettings = {},
): Dialect {
  const offices = new Map<Realm, Office>()
  const officeOf = (realm: Realm): Office => {
    const office = offices.get(realm) ?? new Office({ realm, literals, stream, sealKey: sealKey ?? null })
    offices.set(realm, office)
    return office
  }
  const open = async (environment: string): Promise<Office> => officeOf(await arena.realm(environment))
  const audience = {
    owner: (episode: string) => firstOf(offices.values(), (office) => office.find(sessionIdOf(episode))),
    subscribers: (environment: string) =>
      [...offices.values()].flatMap((office) =>
        office.realm.environment === environment ? [...office.subscribers] : [],
      ),
  }
  const ignore = arena.listen(new Feed(audience))
  return {
    subprotocol: PROTOCOL,
    roles: ROLES,
    open: (connection) => new NativeConnection(connection, () => open(connection.environment)),
    close(reason) {
      ignore()
      for (const office of offices.values()) office.close(reason)
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
