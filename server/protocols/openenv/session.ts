import { GymError } from '../../../core/data/errors.ts'
import { attempt, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { cut } from '../../../core/data/shown.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { Host } from '../../hosting/host.ts'
import { type Limits, limitsFor } from '../../limits.ts'
import type { Literals } from '../../transport/literals.ts'
import type { Connection, Dialect, Session } from '../../transport/sockets.ts'
import { asGymError, firstThatFits, SHORT_MESSAGE, wireErrorOf } from '../../wire-errors.ts'
import { errorFrame, factoryFailure, readRequest } from './frame.ts'
import type { HeldSession, HeldSessions } from './held-sessions.ts'
import { answerTools, type RpcRequest, rpcError } from './json-rpc.ts'
import { Player, type Unfinished } from './player.ts'

/** OpenEnv's protocol as its published clients speak it: no subprotocol, a reply to each request, nothing else. */
export const openenvDialect = (settings: OpenEnvSettings): Dialect => ({
  subprotocol: null,
  roles: ['agent', 'trainer'],
  open: (connection) => new OpenEnvSession(settings, connection),
})

/** What sessions of this dialect share. */
export interface OpenEnvSettings {
  readonly host: Host
  readonly literals: Literals
  readonly unfinished: Unfinished
  /** Sessions that were opened over HTTP, in which a socket may play. */
  readonly held: HeldSessions
}

/** Requests that wait while one is in progress, before the socket is read no further. */
const MAX_QUEUED = 16

interface Queued {
  /** Null where the frame was no text. */
  readonly text: string | null
  readonly number: number
}

/**
 * One socket: requests are served in order, one at a time. OpenEnv's client sends another only when it has given up on
 * the one before, and would take a late reply for the answer to the new one: so only the newest request is answered.
 */
class OpenEnvSession implements Session {
  readonly #settings: OpenEnvSettings
  readonly #connection: Connection
  readonly #limits: Limits
  readonly #gone = new AbortController()
  readonly #queue: Queued[] = []
  #permit: SessionPermit | null = null
  #player: Player | null = null
  /** The session that this socket plays in, where it was opened over HTTP: it outlives the socket. */
  #attached: HeldSession | null = null
  /** Reason why this client is not served: sent in reply to its first request, since it reads nothing before. */
  #refusal: GymError | null = null
  #newest = 0
  #queuedCharacters = 0
  #isBusy = true

  constructor(settings: OpenEnvSettings, connection: Connection) {
    this.#settings = settings
    this.#connection = connection
    this.#limits = limitsFor(connection.role, settings.host.limits)
    this.#enter().then(
      () => this.#next(),
      (thrown: unknown) => {
        this.#refusal = asGymError(thrown)
        this.#next()
      },
    )
  }

  frame(text: string): void {
    this.#take(text)
  }

  binary(): void {
    this.#take(null)
  }

  end(reason: string): void {
    this.#gone.abort()
    this.#queue.length = 0
    if (this.#attached) this.#attached.detach()
    else this.#player?.leave(reason)
    this.#permit?.release()
  }

  #take(text: string | null): void {
    const number = ++this.#newest
    if (!this.#isBusy) {
      this.#serve(text, number)
      return
    }
    this.#queue.push({ text, number })
    this.#queuedCharacters += text?.length ?? 0
    if (this.#isFull) this.#connection.socket.hold()
  }

  /** @throws GymError CAPACITY_REACHED, ENV_UNKNOWN, SESSION_UNKNOWN, and what opening the environment throws. */
  async #enter(): Promise<void> {
    const { environment, sessionId, role, owner } = this.#connection
    if (sessionId !== null) return this.#attach(sessionId)
    const { host, literals, unfinished } = this.#settings
    const { signal } = this.#gone
    this.#permit = await host.admission.enter(signal, owner)
    if (signal.aborted) this.#permit.release()
    const environmentHost = await host.environmentHost(environment).catch((thrown: unknown) => {
      throw factoryFailure(asGymError(thrown))
    })
    if (!signal.aborted) this.#player = new Player({ environmentHost, role, owner, literals, unfinished })
  }

  /** @throws GymError SESSION_UNKNOWN, REQUEST_CONFLICT */
  #attach(sessionId: string): void {
    const { environment, identity } = this.#connection
    const [name = ''] = environment.split('@')
    const held = this.#settings.held.find(sessionId, name, identity)
    held.attach()
    held.whenEnded(() => this.#connection.socket.close(1001, 'the session has ended'))
    this.#attached = held
    this.#player = held.player
  }

  #next(): void {
    this.#isBusy = false
    while (!this.#isBusy) {
      const queued = this.#queue.shift()
      if (!queued) break
      this.#queuedCharacters -= queued.text?.length ?? 0
      this.#serve(queued.text, queued.number)
    }
    if (!this.#isFull) this.#connection.socket.release()
  }

  get #isFull(): boolean {
    return this.#queue.length >= MAX_QUEUED || this.#queuedCharacters >= this.#limits.inFlightBytes
  }

  #serve(text: string | null, number: number): void {
    try {
      const reply = this.#answer(text)
      if (reply instanceof Promise) this.#later(reply, number)
      else this.#reply(reply, number)
    } catch (thrown) {
      this.#fail(thrown, number)
    }
  }

  #later(reply: Promise<string>, number: number): void {
    this.#isBusy = true
    reply
      .then((text) => this.#reply(text, number))
      .catch((thrown: unknown) => this.#fail(thrown, number))
      .finally(() => this.#next())
  }

  /** @throws GymError */
  #answer(text: string | null): MaybePromise<string> {
    const player = this.#player
    if (!player) throw this.#refusal ?? new GymError('SERVER_STOPPING', 'the connection is closing')
    const request = readRequest(text, this.#limits)
    switch (request.type) {
      case 'step':
        return observed(player.step(request.data))
      case 'reset':
        return observed(player.reset(request.data))
      case 'state':
        return `{"type":"state","data":${player.state()}}`
      case 'mcp':
        return this.#callTools(player, request.request)
      case 'close':
        return this.#close(player, request.truncate)
    }
  }

  #callTools(player: Player, request: RpcRequest): Promise<string> {
    const frame = (data: string): string => `{"type":"mcp","data":${data}}`
    return answerTools(player, request).then(frame, (thrown: unknown) =>
      frame(rpcError(request, thrown, player.unseen ?? undefined)),
    )
  }

  /** @throws GymError FRAME_TOO_LARGE */
  #reply(text: string, number: number): void {
    const isObservation = text.startsWith(OBSERVATION) || this.#player?.hasUnsent
    const player = isObservation ? this.#player : null
    if (number !== this.#newest) {
      player?.dropped()
      return
    }
    try {
      if (text !== '') this.#connection.socket.send(text)
    } catch (thrown) {
      player?.undelivered()
      throw thrown
    }
    player?.delivered()
  }

  /** @throws GymError FORBIDDEN */
  #close(player: Player, truncate: string | undefined): MaybePromise<string> {
    return attempt(
      () => player.close(truncate, 'the client left'),
      () => this.#hangUp(),
      (thrown) => {
        if (asGymError(thrown).code === 'FORBIDDEN') throw thrown
        return this.#hangUp()
      },
    )
  }

  #hangUp(): string {
    this.#connection.socket.close(1000, 'closed as asked')
    return ''
  }

  #fail(thrown: unknown, number: number): void {
    const error = asGymError(thrown)
    const { socket } = this.#connection
    const { limits, admission } = this.#settings.host
    const { sessions: max_sessions } = limits
    const isFull = error.code === 'CAPACITY_REACHED'
    const more = isFull ? { active_sessions: admission.taken, max_sessions } : {}
    if (number !== this.#newest) return
    const short = new GymError(error.code, cut(error.message, SHORT_MESSAGE))
    const texts = [errorFrame(error, { ...more, ...this.#player?.unseen }), errorFrame(error), errorFrame(short)]
    if (!firstThatFits(texts, (text) => socket.send(text)))
      socket.cutOff(1009, 'FRAME_TOO_LARGE: frameBytesOut is too low for an error')
    if (this.#refusal) socket.close(wireErrorOf(error.code).close ?? 1011, error.code)
  }
}

const OBSERVATION = '{"type":"observation","data":'

function observed(data: MaybePromise<string>): MaybePromise<string> {
  const frame = (text: string): string => `${OBSERVATION}${text}}`
  return data instanceof Promise ? data.then(frame) : frame(data)
}
