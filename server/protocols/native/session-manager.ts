import { GymError } from '../../../core/data/errors.ts'
import type { RecordedTrajectory } from '../../../records/reader.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { Role } from '../../roles.ts'
import type { EventStream } from '../../stream/stream.ts'
import type { Literals } from '../../transport/literals.ts'
import { playRecorded, RecordedSessions } from './recorded-sessions.ts'
import { Sealer } from './seal.ts'
import { NativeSession } from './session.ts'
import { type SessionToken, SessionTokens } from './session-tokens.ts'
import { restoreVector } from './vector/restore.ts'

export interface SessionManagerSettings {
  readonly environmentHost: EnvironmentHost
  readonly literals: Literals
  /** Where those look on who want to see every step. */
  readonly stream: EventStream
  /** 32 bytes; servers with the same key open each other's snapshots. @default the run's own */
  readonly sealKey: Buffer | null
}

/** The sessions of one environment: begins them, finds them by token, and restores them from the record. */
export class SessionManager {
  readonly host: EnvironmentHost
  /** Sessions that want to be told what is not theirs. */
  readonly subscribers = new Set<NativeSession>()
  readonly #literals: Literals
  readonly #stream: EventStream
  readonly #passes: SessionTokens
  readonly #sealer: Sealer
  readonly #archive: RecordedSessions
  readonly #sessions = new Map<string, NativeSession>()
  /** Under way: who asks meanwhile gets the same. */
  readonly #restoring = new Map<string, Promise<NativeSession>>()

  constructor({ environmentHost, literals, stream, sealKey }: SessionManagerSettings) {
    this.host = environmentHost
    this.#literals = literals
    this.#stream = stream
    this.#passes = new SessionTokens(environmentHost.keyFor('sessions'))
    this.#sealer = new Sealer(sealKey ?? environmentHost.keyFor('snapshots'), environmentHost.limits.stateBytes)
    this.#archive = new RecordedSessions(() => environmentHost.earlier())
  }

  find(id: string): NativeSession | undefined {
    return this.#sessions.get(id)
  }

  newId(): string {
    return this.#passes.newId()
  }

  tokenOf(id: string, role: Role): string {
    return this.#passes.tokenOf(id, role)
  }

  begin(id: string, role: Role, place: SessionPermit): NativeSession {
    return this.#open({ id, role, permit: place, isRestored: false, lastSeq: 0, begun: 0 })
  }

  /**
   * A session by its token.
   * @param enter gives a place to one that comes from the record
   * @throws GymError SESSION_UNKNOWN; CAPACITY_REACHED
   */
  async resume(
    token: string,
    role: Role,
    lastSeq: number,
    enter: () => SessionPermit | Promise<SessionPermit>,
  ): Promise<NativeSession> {
    const pass = this.#passes.read(token, role)
    const session = pass && this.#sessions.get(pass.id)
    if (session) return session
    if (!pass || this.#passes.isRecent(pass)) throw unknownSession()
    const restoring = this.#restoring.get(pass.id) ?? this.#restore(pass, role, lastSeq, enter)
    this.#restoring.set(pass.id, restoring)
    return restoring.finally(() => this.#restoring.delete(pass.id))
  }

  close(reason: string): void {
    for (const session of [...this.#sessions.values()]) session.end(reason)
  }

  async #restore(
    pass: SessionToken,
    role: Role,
    lastSeq: number,
    enter: () => SessionPermit | Promise<SessionPermit>,
  ): Promise<NativeSession> {
    const earlier = this.#archive.take(pass.id)
    if (!earlier) throw unknownSession()
    const { begun } = earlier
    const session = this.#open({ id: pass.id, role, permit: await enter(), isRestored: true, lastSeq, begun })
    for (const trajectory of earlier.ended) session.episodes.remember(trajectory)
    for (const recorded of earlier.unfinished) await this.#goOn(session, recorded)
    for (const shelved of earlier.vectors) {
      const vector = restoreVector(session, shelved)
      if (vector) session.vectors.set(vector.id, vector)
    }
    return session
  }

  /** One that cannot go on is told as a failure; its session goes on without it. */
  async #goOn(session: NativeSession, recorded: RecordedTrajectory): Promise<void> {
    const { trajectoryId: episodeId, agent: agentName } = recorded.start
    const forks = this.#archive.forksOf(recorded)
    const { steps } = recorded.trajectory
    try {
      const served = await this.host.adopt({
        episodeId,
        agentName,
        recorded: steps,
        prefix: this.#archive.stemOf(recorded),
        begin: (settings) => playRecorded(this.host.world, recorded, settings, forks),
      })
      session.begun(served)
    } catch (error) {
      this.host.failed(`going on with ${episodeId} from the record`, error)
    }
  }

  #open(opening: Pick<Opening, 'id' | 'role' | 'permit' | 'isRestored' | 'lastSeq' | 'begun'>): NativeSession {
    const session = new NativeSession({
      ...opening,
      host: this.host,
      literals: this.#literals,
      stream: this.#stream,
      sealer: this.#sealer,
      subscribers: this.subscribers,
      onGone: () => this.#sessions.delete(opening.id),
    })
    this.#sessions.set(opening.id, session)
    return session
  }
}

type Opening = ConstructorParameters<typeof NativeSession>[0]

const unknownSession = (): GymError =>
  new GymError('SESSION_UNKNOWN', 'this session is gone, or was never here: begin anew')
