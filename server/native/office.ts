import { GymError } from '../../core/errors.ts'
import type { Place } from '../arena/places.ts'
import type { Realm } from '../arena/realm.ts'
import type { Literals } from '../literals.ts'
import type { RecordedTrajectory } from '../record/reader.ts'
import type { Role } from '../roles.ts'
import type { ArenaStream } from '../stream/stream.ts'
import { restoreVector } from '../vector/restore.ts'
import { Archive, playRecorded } from './archive.ts'
import { type Pass, Passes } from './passes.ts'
import { Sealer } from './seal.ts'
import { NativeSession } from './session.ts'

export interface OfficeSettings {
  readonly realm: Realm
  readonly literals: Literals
  /** Where those look on who want to see every step. */
  readonly stream: ArenaStream
  /** 32 bytes; servers with the same key open each other's snapshots. @default the run's own */
  readonly sealKey: Buffer | null
}

/** The sessions of one environment: begins them, finds them by token, and restores them from the record. */
export class Office {
  readonly realm: Realm
  /** Sessions that want to be told what is not theirs. */
  readonly subscribers = new Set<NativeSession>()
  readonly #literals: Literals
  readonly #stream: ArenaStream
  readonly #passes: Passes
  readonly #sealer: Sealer
  readonly #archive: Archive
  readonly #sessions = new Map<string, NativeSession>()
  /** Under way: who asks meanwhile gets the same. */
  readonly #restoring = new Map<string, Promise<NativeSession>>()

  constructor({ realm, literals, stream, sealKey }: OfficeSettings) {
    this.realm = realm
    this.#literals = literals
    this.#stream = stream
    this.#passes = new Passes(realm.keyFor('sessions'))
    this.#sealer = new Sealer(sealKey ?? realm.keyFor('snapshots'), realm.limits.stateBytes)
    this.#archive = new Archive(() => realm.earlier())
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

  begin(id: string, role: Role, place: Place): NativeSession {
    return this.#open({ id, role, place, isRestored: false, lastSeq: 0, begun: 0 })
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
    enter: () => Place | Promise<Place>,
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

  async #restore(pass: Pass, role: Role, lastSeq: number, enter: () => Place | Promise<Place>): Promise<NativeSession> {
    const earlier = this.#archive.take(pass.id)
    if (!earlier) throw unknownSession()
    const { begun } = earlier
    const session = this.#open({ id: pass.id, role, place: await enter(), isRestored: true, lastSeq, begun })
    for (const trajectory of earlier.ended) session.games.remember(trajectory)
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
      const seat = await this.realm.adopt({
        episodeId,
        agentName,
        recorded: steps,
        stem: this.#archive.stemOf(recorded),
        begin: (settings) => playRecorded(this.realm.world, recorded, settings, forks),
      })
      session.begun(seat)
    } catch (error) {
      this.realm.failed(`going on with ${episodeId} from the record`, error)
    }
  }

  #open(opening: Pick<Opening, 'id' | 'role' | 'place' | 'isRestored' | 'lastSeq' | 'begun'>): NativeSession {
    const session = new NativeSession({
      ...opening,
      realm: this.realm,
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
