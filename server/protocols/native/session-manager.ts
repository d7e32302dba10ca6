import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import type { RecordedTrajectory } from '../../../records/reader.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import { adoptionOf } from '../../hosting/adoption.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { GroupClosed } from '../../hosting/events.ts'
import { nameAtHome } from '../../hosting/worker-place.ts'
import type { Role } from '../../roles.ts'
import type { EventStream } from '../../stream/stream.ts'
import type { ByteBudget } from '../../transport/byte-budget.ts'
import type { Literals } from '../../transport/literals.ts'
import { announceClosing } from './event-notifier.ts'
import { serve } from './handlers.ts'
import { RecordedSessions } from './recorded-sessions.ts'
import { RecordedSnapshots } from './recorded-snapshots.ts'
import { NativeSession, type SessionSettings } from './session.ts'
import type { SessionEpisodes } from './session-episodes.ts'
import { Sealer } from './snapshots.ts'
import { restoreVector } from './vector/vector.ts'

export interface SessionManagerSettings {
  readonly environmentHost: EnvironmentHost
  readonly literals: Literals
  /** For sessions that observe every step. */
  readonly stream: EventStream
  /** 32 bytes; servers with the same key open each other's snapshots. @default the run's own */
  readonly sealKey: Buffer | null
  /** Budget of the frames that all sessions of the server keep. */
  readonly budget: ByteBudget
  /** Budget of the snapshots that all sessions of the server keep. */
  readonly snapshotBudget: ByteBudget
}

/** The sessions of one environment: starts them, finds them by token, and restores them from the record. */
export class SessionManager {
  readonly host: EnvironmentHost
  /** Sessions that are subscribed to events of others. */
  readonly subscribers = new Set<NativeSession>()
  readonly #settings: SessionManagerSettings
  readonly #tokens: SessionTokens
  readonly #sealer: Sealer
  readonly #recorded: RecordedSessions
  readonly #sessions = new Map<string, NativeSession>()
  /** In progress, so that two requests get the same session. */
  readonly #restoring = new Map<string, Promise<NativeSession>>()

  constructor(settings: SessionManagerSettings) {
    const { environmentHost, sealKey } = settings
    this.host = environmentHost
    this.#settings = settings
    this.#tokens = new SessionTokens(environmentHost.keyFor('sessions'))
    this.#sealer = new Sealer(sealKey ?? environmentHost.keyFor('snapshots'), environmentHost.limits.stateBytes)
    this.#recorded = new RecordedSessions(environmentHost.earlier)
  }

  find(id: string): NativeSession | undefined {
    return this.#sessions.get(id)
  }

  newId(): string {
    return nameAtHome(this.host.place, () => this.#tokens.newId())
  }

  tokenOf(id: string, role: Role): string {
    return this.#tokens.tokenOf(id, role)
  }

  start(id: string, role: Role, permit: SessionPermit): NativeSession {
    return this.#open({ id, role, permit, isRestored: false, lastSeq: 0, started: 0 })
  }

  /**
   * A session by its token.
   * @param enter gives a permit to one that comes from the record
   * @throws GymError SESSION_UNKNOWN; CAPACITY_REACHED
   */
  async resume(
    token: string,
    role: Role,
    lastSeq: number,
    enter: () => SessionPermit | Promise<SessionPermit>,
  ): Promise<NativeSession> {
    const known = this.#tokens.read(token, role)
    const session = known && this.#sessions.get(known.id)
    if (session) return session
    if (!known || this.#tokens.isRecent(known)) throw unknownSession()
    const restoring = this.#restoring.get(known.id) ?? this.#restore(known, role, lastSeq, enter)
    this.#restoring.set(known.id, restoring)
    return restoring.finally(() => this.#restoring.delete(known.id))
  }

  close(reason: string): void {
    for (const session of [...this.#sessions.values()]) session.end(reason)
  }

  async #restore(
    { id }: SessionToken,
    role: Role,
    lastSeq: number,
    enter: () => SessionPermit | Promise<SessionPermit>,
  ): Promise<NativeSession> {
    const earlier = this.#recorded.take(id)
    if (!earlier) throw unknownSession()
    const { started, ended, unfinished } = earlier
    const earlierSnapshots = (episodes: SessionEpisodes) =>
      new RecordedSnapshots(this.host, this.#recorded, episodes, [...ended, ...unfinished])
    const opening = { id, role, permit: await enter(), isRestored: true, lastSeq, started, earlierSnapshots }
    const session = this.#open(opening)
    for (const { trajectory } of ended) session.episodes.remember(trajectory)
    for (const recorded of unfinished) await this.#resumeEpisode(session, recorded)
    for (const recorded of earlier.vectors) {
      const vector = restoreVector(session, recorded)
      if (vector) session.vectors.set(vector.id, vector)
    }
    this.#announceClosings(session, earlier.closings)
    return session
  }

  /** An episode that cannot be restored is reported as a failure, and its session continues without it. */
  async #resumeEpisode(session: NativeSession, recorded: RecordedTrajectory): Promise<void> {
    const { trajectoryId } = recorded.start
    const { groups } = this.host.earlier
    const member = groups.member(trajectoryId)
    const ended = member && !member.take() ? await member.ending : groups.endOf(trajectoryId)
    if (ended) session.episodes.remember(ended)
    if (ended !== undefined || (!member && groups.has(trajectoryId))) return
    const prefix = this.#recorded.prefixOf(recorded)
    const forks = this.#recorded.forksOf(recorded)
    const continued = { group: member?.group ?? null, owner: session.owner, prefix, forks }
    try {
      session.add(await this.host.adopt(adoptionOf(this.host.world, recorded, continued)))
    } catch (error) {
      if (member) member.giveUp(error)
      else this.host.failed(`restoring ${trajectoryId} from the record`, error)
    }
  }

  /** Closings of its groups come again: its client may not have had them. */
  #announceClosings(session: NativeSession, closings: readonly GroupClosed[]): void {
    const { groups } = this.host.earlier
    const closed = [...closings, ...groups.closingsOf(`${session.id}-`)]
    session.continuedGroups = [...groups.openGroupsOf(`${session.id}-`), ...closed.map(({ group }) => group.id)]
    if (!session.seesRewards) return
    for (const closing of closed) announceClosing(session, closing)
  }

  #open(
    opening: Pick<
      SessionSettings,
      'id' | 'role' | 'permit' | 'isRestored' | 'lastSeq' | 'started' | 'earlierSnapshots'
    >,
  ): NativeSession {
    const { literals, stream, budget, snapshotBudget } = this.#settings
    const session = new NativeSession({
      ...opening,
      ...{ literals, stream, budget, snapshotBudget },
      host: this.host,
      serve,
      sealer: this.#sealer,
      subscribers: this.subscribers,
      onEnd: () => this.#sessions.delete(opening.id),
    })
    this.#sessions.set(opening.id, session)
    return session
  }
}

const unknownSession = (): GymError =>
  new GymError('SESSION_UNKNOWN', 'this session has ended, or was never here: start another')

/** Content of a session token. */
export interface SessionToken {
  /** Id of the session. */
  readonly id: string
  /** Id of the server's start at which the session began. */
  readonly boot: string
}

const TOKEN = /^(([0-9a-f]{8})[0-9a-f]{16})\.([\w-]{43})$/

/**
 * Session tokens: an id, and a code that only this run's key gives for it, its role and its environment. So a token
 * is known again after a restart without having been written down; and an episode's id reveals no token.
 */
export class SessionTokens {
  readonly #key: Buffer
  readonly #boot: string

  constructor(key: Buffer, boot = randomBytes(4).toString('hex')) {
    this.#key = key
    this.#boot = boot
  }

  /** Whether a session began since this server was started. */
  isRecent({ boot }: SessionToken): boolean {
    return boot === this.#boot
  }

  newId(): string {
    return this.#boot + randomBytes(8).toString('hex')
  }

  tokenOf(id: string, role: Role): string {
    return `${id}.${this.#codeOf(id, role).toString('base64url')}`
  }

  /** Null for an invalid token of this run's, or another role's. */
  read(token: string, role: Role): SessionToken | null {
    const [, id = '', boot = '', code = ''] = TOKEN.exec(token) ?? []
    const given = Buffer.from(code, 'base64url')
    const expected = this.#codeOf(id, role)
    return given.length === expected.length && timingSafeEqual(given, expected) ? { id, boot } : null
  }

  #codeOf(id: string, role: Role): Buffer {
    return createHmac('sha256', this.#key).update(`${role}\n${id}`).digest()
  }
}
