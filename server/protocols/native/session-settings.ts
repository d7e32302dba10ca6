import type { SessionPermit } from '../../hosting/admission.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Role } from '../../roles.ts'
import type { EventStream } from '../../stream/stream.ts'
import type { Literals } from '../../transport/literals.ts'
import type { Sealer } from './seal.ts'
import type { NativeSession } from './session.ts'

export interface SessionSettings {
  /** Begins the ids of its episodes. */
  readonly id: string
  readonly role: Role
  readonly host: EnvironmentHost
  readonly literals: Literals
  readonly stream: EventStream
  readonly sealer: Sealer
  /** The right to be served, given back when the session is gone. */
  readonly permit: SessionPermit
  /** Whether it comes from the record. */
  readonly isRestored: boolean
  /** Number of the last frame that was sent before, where it does. */
  readonly lastSeq: number
  /** Episodes that it has begun before. */
  readonly begun: number
  /** Sessions of the environment that want to be told what is not theirs. */
  readonly subscribers: Set<NativeSession>
  /** Called once. */
  readonly onGone: (session: NativeSession) => void
}
