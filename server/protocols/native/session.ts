import { GymError } from '../../../core/data/errors.ts'
import { isPromise } from '../../../core/data/maybe-promise.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import {
  parseRequest,
  type ReceivedRequest,
  type RequestId,
  type ResumeReply,
  requestIdOf,
} from '../../../core/protocol/index.ts'
import type { EnvironmentHost } from '../../hosting/environment-host.ts'
import type { StepTaken } from '../../hosting/events.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import type { Role } from '../../roles.ts'
import type { FrameSocket } from '../../transport/frame-socket.ts'
import { isWireObject, parseWire, type WireObject, type WireValue } from '../../transport/json.ts'
import type { Literals } from '../../transport/literals.ts'
import { asGymError, wireErrorOf } from '../../wire-errors.ts'
import type { Fields } from './fields.ts'
import { serve } from './handlers.ts'
import { Intake } from './intake.ts'
import { Outbox } from './outbox.ts'
import { Requests } from './requests.ts'
import type { Sealer } from './seal.ts'
import { type SessionEpisode, SessionEpisodes, unknownEpisode } from './session-episodes.ts'
import type { SessionSettings } from './session-settings.ts'
import { sessionIdOf } from './session-tokens.ts'
import { SnapshotStore } from './snapshot-store.ts'
import { type Vector, vectorView } from './vector/serve.ts'
import { endFields, episodeView, takenFields } from './views.ts'
import { StepObserver } from './watch.ts'

const NOTHING: ReadonlySet<string> = new Set()

/**
 * One client's side of the native dialect, over any number of sockets one after the other: requests are served as they
 * come, those to one episode in order, and every frame is kept until the client has it.
 */
export class NativeSession {
  readonly id: string
  readonly role: Role
  readonly host: EnvironmentHost
  readonly literals: Literals
  readonly sealer: Sealer
  readonly episodes = new SessionEpisodes()
  readonly vectors = new Map<string, Vector>()
  readonly snapshots: SnapshotStore
  #subscribed: ReadonlySet<string> = NOTHING
  /** Null until it looks on at others. */
  #watch: StepObserver | null = null
  readonly #settings: SessionSettings
  readonly #outbox: Outbox
  readonly #requests = new Requests()
  #socket: FrameSocket | null = null
  #lingering: NodeJS.Timeout | null = null
  readonly #intake: Intake
  #begun: number
  #isGone = false

  constructor(settings: SessionSettings) {
    const { id, role, host: environmentHost, literals, sealer, lastSeq, begun } = settings
    this.id = id
    this.role = role
    this.host = environmentHost
    this.literals = literals
    this.sealer = sealer
    this.snapshots = new SnapshotStore(environmentHost.limits.snapshots, settings.isRestored)
    this.#settings = settings
    this.#outbox = new Outbox(environmentHost.limits, lastSeq, (request) => this.#requests.forget(request))
    this.#begun = begun
    const { maxInFlight } = environmentHost.limits
    const hold = (isHolding: boolean): void => (isHolding ? this.#socket?.hold() : this.#socket?.release())
    const hasRoom = (): boolean => this.#outbox.unsent < maxInFlight
    this.#intake = new Intake({ hasRoom, hold, take: (text) => this.#receive(text) }, maxInFlight)
    this.#linger()
  }

  /** Rewards beside the environment's own are not for agents. */
  get seesRewards(): boolean {
    return this.role !== 'agent'
  }

  /** Events of all that goes on in the environment that this session wants to be told. */
  get subscribed(): ReadonlySet<string> {
    return this.#subscribed
  }

  subscribe(events: ReadonlySet<string>): void {
    this.#subscribed = events
    const isWatching = events.has('step.taken')
    if (isWatching) this.#watch ??= this.#newWatch()
    this.#watch?.enable(isWatching)
    if (events.size > 0) this.#settings.subscribers.add(this)
    else this.#settings.subscribers.delete(this)
  }

  nextId(): string {
    return `${this.id}-${this.#begun++}`
  }

  /**
   * Goes on over a socket; one that it had before is fenced off.
   * @returns How many frames are sent again.
   * @throws GymError SESSION_UNKNOWN
   */
  attach(socket: FrameSocket, lastSeq: number): number {
    const before = this.#socket
    const missed = this.#outbox.attach(socket, lastSeq)
    if (this.#lingering) clearTimeout(this.#lingering)
    this.#socket = socket
    socket.onDrained(() => this.#drained())
    before?.close(wireErrorOf('SESSION_FENCED').close ?? 1008, 'SESSION_FENCED: another socket goes on')
    this.#intake.changeSocket()
    this.#watch?.caughtUp()
    return missed
  }

  isOn(socket: FrameSocket): boolean {
    return this.#socket === socket
  }

  /** Its socket is gone: the session waits for another. One that was fenced off changes nothing. */
  detach(socket: FrameSocket): void {
    if (this.#socket !== socket) return
    this.#socket = null
    this.#outbox.detach()
    if (!this.#isGone) this.#linger()
  }

  /** Without a socket it lives for a while. */
  #linger(): void {
    this.#lingering = setTimeout(() => this.end('the client left'), this.host.limits.resumeMs).unref()
  }

  /** Ends what goes on; the session cannot be resumed. */
  end(reason: string): void {
    if (this.#isGone) return
    this.#isGone = true
    if (this.#lingering) clearTimeout(this.#lingering)
    this.#intake.clear()
    this.subscribe(NOTHING)
    this.#settings.onGone(this)
    for (const served of this.episodes.open) served.interrupt('aborted', reason)
    this.#settings.permit.release()
  }

  /** Ends the session and its socket, once the reply that is being written has gone out. */
  leave(): void {
    this.end('closed by its client')
    const socket = this.#socket
    setImmediate(() => socket?.close(1000, 'closed as asked'))
  }

  /** A frame as text; it waits where too much is under way. */
  receive(text: string): void {
    if (!this.#isGone) this.#intake.receive(text)
  }

  /** @param request whose reply this is; null for a frame that is no request of its own */
  refuse(id: RequestId | null, thrown: unknown, request: RequestId | null = null): void {
    const { code, message } = asGymError(thrown)
    const told = `"code":"${code}","message":${JSON.stringify(message)}`
    this.#outbox.reply(request, (seq) => `{"type":"error","id":${JSON.stringify(id)},"seq":${seq},${told}}`)
  }

  /** @param isLast false where more frames of the same reply follow */
  reply({ type, id }: Pick<ReceivedRequest<unknown>, 'type' | 'id'>, fields: Fields, isLast = true): void {
    const head = (seq: number): string => `{"type":"${type}","id":${JSON.stringify(id)},"seq":${seq}`
    const rest = fields === '' ? '}' : `,${fields}}`
    const write = typeof fields === 'string' ? (seq: number) => head(seq) + rest : (seq: number) => fields(head(seq))
    this.#outbox.reply(id, write, isLast)
  }

  /** The reply to `resume`. @param fields of it beside type, id and seq, as JSON without its braces */
  resumed(id: RequestId, fields: string): void {
    this.#outbox.resumed((seq) => `{"type":"resume","id":${JSON.stringify(id)},"seq":${seq},${fields}}`)
  }

  /** Whether a client that has frames up to this one has yet to learn that its session comes from the record. */
  isRestoredAfter(lastSeq: number): boolean {
    return this.#settings.isRestored && lastSeq <= this.#settings.lastSeq
  }

  /** @param fields as for `resumed` */
  event(type: string, fields: string): void {
    this.#outbox.event((seq) => `{"type":"${type}","seq":${seq},${fields}}`)
  }

  /** @throws GymError EPISODE_UNKNOWN */
  episode(id: string): SessionEpisode {
    const sessionEpisode = this.episodes.find(id)
    if (sessionEpisode) return sessionEpisode
    throw unknownEpisode(id, this.#settings.isRestored)
  }

  /** An episode of this session's has begun. */
  begun(served: ServedEpisode): ServedEpisode {
    const sessionEpisode = this.episodes.begin(served)
    if (this.#isGone) served.interrupt('aborted', 'the client left')
    if (served.hasEnded) this.#endedEarly(sessionEpisode, served)
    return served
  }

  /** Ended by its group before its client heard of it: the reply says so. */
  #endedEarly(sessionEpisode: SessionEpisode, served: ServedEpisode): void {
    sessionEpisode.isEndAnnounced = true
    const keep = (trajectory: Trajectory): void => void this.episodes.ended(sessionEpisode.id, trajectory)
    const ended = served.end()
    if (isPromise(ended)) ended.then(keep, () => {})
    else keep(ended)
  }

  /** Tells that an episode has ended, unless its client knows or a step's reply will say so. */
  announceEnd(sessionEpisode: SessionEpisode): void {
    const { trajectory, served } = sessionEpisode
    if (!trajectory || sessionEpisode.isEndAnnounced || sessionEpisode.isStepping) return
    sessionEpisode.isEndAnnounced = true
    this.event(
      'ended',
      endFields(trajectory, served?.runner.episode.index ?? trajectory.steps.length, this.seesRewards),
    )
  }

  #newWatch(): StepObserver {
    const { stream, host: environmentHost } = this.#settings
    const filter = { environment: environmentHost.environment, kinds: ['step-taken'] } as const
    return new StepObserver({
      observe: () => stream.observe(filter, { capacity: environmentHost.limits.queuedEvents }),
      keepsUp: () => this.#socket !== null && this.#outbox.unsent === 0,
      show: (taken, missed) => this.#show(taken, missed),
      failed: (error) => environmentHost.failed('showing steps to a session', error),
    })
  }

  /** Somebody else's step: its own are told by replies. */
  #show(taken: StepTaken, missed: number): void {
    if (sessionIdOf(taken.episode.id) === this.id) return
    const fields = takenFields(taken, missed, this.literals)
    this.#outbox.event((seq) => `{"type":"step.taken","seq":${seq},${fields}}`, 'sight')
  }

  #drained(): void {
    this.#outbox.flush()
    this.#intake.take()
    this.#watch?.caughtUp()
  }

  /** What is wrong with a frame is answered. */
  #receive(text: string): void {
    let frame: WireValue = null
    try {
      frame = parseWire(text, this.host.limits.frameDepth)
      this.#take(frame)
    } catch (thrown) {
      this.refuse(requestIdOf(frame), thrown)
    }
  }

  /** @throws GymError what is wrong with the frame */
  #take(frame: WireValue): void {
    if (!isWireObject(frame)) throw new GymError('FRAME_INVALID', 'a frame is an object {"type": ..., "id": ...}')
    const request = parseRequest<WireValue>(frame)
    if (request.type === 'ack') this.#outbox.acknowledge(request.seq)
    else {
      if (request.ack !== undefined) this.#outbox.acknowledge(request.ack)
      if (this.#requests.isRepeated(request.id, frame)) this.#outbox.repeat(request.id)
      else this.#serve(request, frame)
    }
  }

  #serve(request: ReceivedRequest<WireValue>, frame: WireObject): void {
    this.#requests.remember(request.id, frame)
    this.#intake.enter()
    try {
      const fields = serve(this, request)
      if (isPromise(fields)) this.#later(request, fields)
      else this.#answer(request, fields)
    } catch (thrown) {
      this.#fail(request, thrown)
    }
  }

  #later(request: ReceivedRequest<WireValue>, fields: Promise<Fields>): void {
    fields.then((known) => this.#answer(request, known)).catch((thrown: unknown) => this.#fail(request, thrown))
  }

  /** @throws GymError FRAME_TOO_LARGE */
  #answer(request: ReceivedRequest<WireValue>, fields: Fields): void {
    this.reply(request, fields)
    this.#intake.exit()
  }

  #fail({ id }: ReceivedRequest<WireValue>, thrown: unknown): void {
    this.refuse(id, thrown, id)
    this.#intake.exit()
  }

  /** What goes on, for a client that resumes. */
  standing(): Pick<ResumeReply, 'episodes' | 'vectors'> {
    return { episodes: this.episodes.open.map(episodeView), vectors: [...this.vectors.values()].map(vectorView) }
  }
}
