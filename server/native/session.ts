import { GymError } from '../../core/errors.ts'
import { isPromise } from '../../core/later.ts'
import {
  parseRequest,
  type ReceivedRequest,
  type RequestId,
  type ResumeReply,
  requestIdOf,
} from '../../core/protocol.ts'
import type { Trajectory } from '../../core/types.ts'
import type { StepTaken } from '../arena/events.ts'
import type { Realm } from '../arena/realm.ts'
import type { Seat } from '../arena/seat.ts'
import type { FrameSocket } from '../frame-socket.ts'
import { isWireObject, parseWire, type WireObject, type WireValue } from '../json.ts'
import type { Literals } from '../literals.ts'
import type { Role } from '../roles.ts'
import { type Vector, vectorView } from '../vector/serve.ts'
import { asGymError, wireErrorOf } from '../wire-errors.ts'
import type { Fields } from './fields.ts'
import { type Game, Games, unknownEpisode } from './games.ts'
import { serve } from './handlers.ts'
import { Intake } from './intake.ts'
import { Outbox } from './outbox.ts'
import { sessionIdOf } from './passes.ts'
import { Requests } from './requests.ts'
import type { Sealer } from './seal.ts'
import type { SessionSettings } from './session-settings.ts'
import { Vault } from './vault.ts'
import { endFields, episodeView, takenFields } from './views.ts'
import { Watch } from './watch.ts'

const NOTHING: ReadonlySet<string> = new Set()

/**
 * One client's side of the native dialect, over any number of sockets one after the other: requests are served as they
 * come, those to one episode in order, and every frame is kept until the client has it.
 */
export class NativeSession {
  readonly id: string
  readonly role: Role
  readonly realm: Realm
  readonly literals: Literals
  readonly sealer: Sealer
  readonly games = new Games()
  readonly vectors = new Map<string, Vector>()
  readonly vault: Vault
  #subscribed: ReadonlySet<string> = NOTHING
  /** Null until it looks on at others. */
  #watch: Watch | null = null
  readonly #settings: SessionSettings
  readonly #outbox: Outbox
  readonly #requests = new Requests()
  #socket: FrameSocket | null = null
  #lingering: NodeJS.Timeout | null = null
  readonly #intake: Intake
  #begun: number
  #isGone = false

  constructor(settings: SessionSettings) {
    const { id, role, realm, literals, sealer, lastSeq, begun } = settings
    this.id = id
    this.role = role
    this.realm = realm
    this.literals = literals
    this.sealer = sealer
    this.vault = new Vault(realm.limits.snapshots, settings.isRestored)
    this.#settings = settings
    this.#outbox = new Outbox(realm.limits, lastSeq, (request) => this.#requests.forget(request))
    this.#begun = begun
    const { maxInFlight } = realm.limits
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
    this.#watch?.turn(isWatching)
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
    this.#lingering = setTimeout(() => this.end('the client left'), this.realm.limits.resumeMs).unref()
  }

  /** Ends what goes on; the session cannot be resumed. */
  end(reason: string): void {
    if (this.#isGone) return
    this.#isGone = true
    if (this.#lingering) clearTimeout(this.#lingering)
    this.#intake.clear()
    this.subscribe(NOTHING)
    this.#settings.onGone(this)
    for (const seat of this.games.open) seat.interrupt('aborted', reason)
    this.#settings.place.leave()
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
  game(id: string): Game {
    const game = this.games.find(id)
    if (game) return game
    throw unknownEpisode(id, this.#settings.isRestored)
  }

  /** An episode of this session's has begun. */
  begun(seat: Seat): Seat {
    const game = this.games.begin(seat)
    if (this.#isGone) seat.interrupt('aborted', 'the client left')
    if (seat.hasEnded) this.#endedEarly(game, seat)
    return seat
  }

  /** Ended by its group before its client heard of it: the reply says so. */
  #endedEarly(game: Game, seat: Seat): void {
    game.isEndTold = true
    const keep = (trajectory: Trajectory): void => void this.games.ended(game.id, trajectory)
    const ended = seat.end()
    if (isPromise(ended)) ended.then(keep, () => {})
    else keep(ended)
  }

  /** Tells that an episode has ended, unless its client knows or a step's reply will say so. */
  tellEnd(game: Game): void {
    const { trajectory, seat } = game
    if (!trajectory || game.isEndTold || game.isStepping) return
    game.isEndTold = true
    this.event('ended', endFields(trajectory, seat?.run.episode.index ?? trajectory.steps.length, this.seesRewards))
  }

  #newWatch(): Watch {
    const { stream, realm } = this.#settings
    const filter = { environment: realm.environment, kinds: ['step-taken'] } as const
    return new Watch({
      observe: () => stream.observe(filter, { capacity: realm.limits.queuedEvents }),
      keepsUp: () => this.#socket !== null && this.#outbox.unsent === 0,
      show: (taken, missed) => this.#show(taken, missed),
      failed: (error) => realm.failed('showing steps to a session', error),
    })
  }

  /** Somebody else's step: its own are told by replies. */
  #show(taken: StepTaken, missed: number): void {
    if (sessionIdOf(taken.seat.id) === this.id) return
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
      frame = parseWire(text, this.realm.limits.frameDepth)
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
    return { episodes: this.games.open.map(episodeView), vectors: [...this.vectors.values()].map(vectorView) }
  }
}
