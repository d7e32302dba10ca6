import { GymError } from '../../../core/data/errors.ts'
import { isPromise, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { shown } from '../../../core/data/shown.ts'
import type { VectorResetRequest, VectorStepRequest, VectorView } from '../../../core/protocol/index.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { StepTaken } from '../../hosting/events.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { turns } from '../../hosting/turns.ts'
import { limitsFor } from '../../limits.ts'
import type { Owner, Role } from '../../roles.ts'
import { StepObserver } from '../../stream/feed.ts'
import type { EventStream } from '../../stream/stream.ts'
import type { ByteBudget } from '../../transport/byte-budget.ts'
import type { Literals } from '../../transport/literals.ts'
import { Channel, type ChannelRequest } from './channel/channel.ts'
import type { Fields } from './channel/outbox.ts'
import { endFields, takenFields } from './fields.ts'
import { type SessionEpisode, SessionEpisodes, sessionIdOf } from './session-episodes.ts'
import type { Sealer } from './snapshots.ts'
import { type EarlierSnapshots, SnapshotStore } from './snapshots.ts'

/** Serves the requests of a session: returns the fields of a reply, or throws a GymError. */
export type Serve = (session: NativeSession) => (request: ChannelRequest) => MaybePromise<Fields>

/** Many episodes of one session that are stepped together, as the session sees them. */
export interface SessionVector {
  readonly id: string
  readonly view: VectorView
  step(request: VectorStepRequest<unknown, unknown>): MaybePromise<Fields>
  reset(request: VectorResetRequest): MaybePromise<Fields>
  close(): MaybePromise<Fields>
}

export interface SessionSettings {
  /** Prefix of the ids of its episodes. */
  readonly id: string
  readonly role: Role
  readonly host: EnvironmentHost
  readonly serve: Serve
  readonly literals: Literals
  readonly stream: EventStream
  readonly sealer: Sealer
  readonly budget: ByteBudget
  /** Budget of the snapshots of all sessions. */
  readonly snapshotBudget: ByteBudget
  /** Released when the session ends. */
  readonly permit: SessionPermit
  /** Whether it comes from the record. */
  readonly isRestored: boolean
  /** Snapshots that it had before, where it does. */
  readonly earlierSnapshots?: (episodes: SessionEpisodes) => EarlierSnapshots
  /** Sequence number of the last frame that was sent before, where it does. */
  readonly lastSeq: number
  /** Episodes that it has started before. */
  readonly started: number
  /** Sessions of the environment that are subscribed to events of others. */
  readonly subscribers: Set<NativeSession>
  /** Called once. */
  readonly onEnd: (session: NativeSession) => void
}

const NOTHING: ReadonlySet<string> = new Set()

/** What one client of the native dialect has on the server: episodes, vectors, snapshots and subscriptions. */
export class NativeSession {
  readonly id: string
  readonly role: Role
  /** Rewards beside the environment's own are not for agents. */
  readonly seesRewards: boolean
  /** What an episode hides may follow from its seed. */
  readonly seesSeeds: boolean
  readonly host: EnvironmentHost
  readonly literals: Literals
  readonly sealer: Sealer
  readonly channel: Channel
  readonly episodes: SessionEpisodes
  readonly vectors = new Map<string, SessionVector>()
  readonly snapshots: SnapshotStore
  /** Groups of a restored session that are open, or whose closing was sent again. */
  continuedGroups: readonly string[] = []
  /** Whether parts of its requests wait for their turn: every step asks. */
  isInLine = false
  readonly #settings: SessionSettings
  #subscribed: ReadonlySet<string> = NOTHING
  /** Null until the steps of others are subscribed to. */
  #observer: StepObserver | null = null
  #started: number
  #hasEnded = false

  constructor(settings: SessionSettings) {
    const { id, role, host, serve, literals, sealer, budget, lastSeq, started, isRestored } = settings
    this.id = id
    this.role = role
    this.seesRewards = role !== 'agent'
    this.seesSeeds = role !== 'agent'
    this.host = host
    this.literals = literals
    this.sealer = sealer
    this.episodes = new SessionEpisodes((ended) => this.#announce(ended), isRestored)
    const earlier = settings.earlierSnapshots?.(this.episodes) ?? null
    this.snapshots = new SnapshotStore(host.limits, settings.snapshotBudget, earlier)
    this.#settings = settings
    this.#started = started
    this.channel = new Channel({
      limits: limitsFor(role, host.limits),
      lastSeq,
      budget,
      serve: serve(this),
      onCaughtUp: () => this.#observer?.caughtUp(),
      onAbandoned: () => this.end('the client left'),
      onOverBudget: () => this.end('storedBytesInAll: its client does not take what it is sent'),
    })
  }

  /** Owner that its episodes count towards. */
  get owner(): Owner | null {
    return this.#settings.permit.owner
  }

  /** Events of the whole environment that this session is subscribed to. */
  get subscribed(): ReadonlySet<string> {
    return this.#subscribed
  }

  /** Replaces its subscriptions. */
  subscribe(events: ReadonlySet<string>): void {
    this.#subscribed = events
    const isObserving = events.has('step.taken')
    if (isObserving) this.#observer ??= this.#newObserver()
    this.#observer?.enable(isObserving)
    if (events.size > 0) this.#settings.subscribers.add(this)
    else this.#settings.subscribers.delete(this)
  }

  /** The id of its next episode, group or vector. */
  nextId(): string {
    return `${this.id}-${this.#started++}`
  }

  /** Aborts its open episodes; the session cannot be resumed. */
  end(reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.channel.close()
    this.snapshots.close()
    this.subscribe(NOTHING)
    this.#settings.onEnd(this)
    for (const served of this.episodes.open) served.interrupt('aborted', reason)
    this.#settings.permit.release()
  }

  /** Ends the session and its socket, as its client asked. */
  leave(): void {
    this.end('closed by its client')
    this.channel.hangUp()
  }

  /** Whether a client that has frames up to this one does not know yet that its session comes from the record. */
  isRestoredAfter(lastSeq: number): boolean {
    return this.#settings.isRestored && lastSeq <= this.#settings.lastSeq
  }

  /** @throws GymError EPISODE_UNKNOWN */
  vector(id: string): SessionVector {
    const vector = this.vectors.get(id)
    if (vector) return vector
    throw new GymError('EPISODE_UNKNOWN', `this session has no vector ${shown(id, 100)}: open one`)
  }

  /** Does a part of a request, at once or in its turn. @throws GymError SESSION_UNKNOWN where the session has ended since */
  inTurn<T>(part: () => MaybePromise<T>): MaybePromise<T> {
    const done = turns.run(this, () => {
      this.isInLine = turns.isWaiting(this)
      if (this.#hasEnded) throw new GymError('SESSION_UNKNOWN', 'the session has ended')
      return part()
    })
    this.isInLine = turns.isWaiting(this)
    return done
  }

  /** Adds an episode that a request has started. */
  add(served: ServedEpisode): ServedEpisode {
    const episode = this.episodes.add(served)
    if (this.#hasEnded) served.interrupt('aborted', 'the client left')
    if (served.hasEnded) this.#endedBefore(episode, served)
    return served
  }

  /** Ended by its group before its client heard of it: the reply says so. */
  #endedBefore(episode: SessionEpisode, served: ServedEpisode): void {
    episode.endNotice = 'sent'
    const ended = served.end()
    if (isPromise(ended))
      ended.then(
        () => this.episodes.ended(served.id),
        () => {},
      )
    else this.episodes.ended(served.id)
  }

  #announce(episode: SessionEpisode): void {
    const { trajectory, index } = episode
    if (trajectory) this.channel.event('ended', endFields(trajectory, index, this.seesRewards))
  }

  #newObserver(): StepObserver {
    const { stream, host } = this.#settings
    const filter = { environment: host.environment, kinds: ['step-taken'] } as const
    return new StepObserver({
      observe: () => stream.observe(filter, { capacity: host.limits.queuedEvents }),
      keepsUp: () => this.channel.keepsUp,
      show: (taken, missed) => this.#show(taken, missed),
      failed: (error) => host.failed('showing steps to a session', error),
    })
  }

  /** Steps of others only: replies show its own. */
  #show(taken: StepTaken, missed: number): void {
    if (sessionIdOf(taken.episode.id) === this.id) return
    this.channel.event('step.taken', takenFields(taken, missed, this.literals), 'observed')
  }
}
