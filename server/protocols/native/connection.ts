import { GymError } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import { cut } from '../../../core/data/shown.ts'
import {
  encodeFrame,
  PROTOCOL,
  parseRequest,
  type ResumeRequest,
  requestIdOf,
  type Welcome,
} from '../../../core/protocol/index.ts'
import type { SessionPermit } from '../../hosting/admission.ts'
import type { Host } from '../../hosting/host.ts'
import { type Limits, limitsFor } from '../../limits.ts'
import { type FrameLimits, isWireObject, parseWire } from '../../transport/json.ts'
import type { Connection, Session } from '../../transport/sockets.ts'
import { asGymError, firstThatFits, SHORT_MESSAGE, wireErrorOf } from '../../wire-errors.ts'
import { openEpisodesFields } from './fields.ts'
import type { NativeSession, SessionVector } from './session.ts'
import type { SessionManager } from './session-manager.ts'
import { episodeView } from './views.ts'

/**
 * One socket of the native dialect: it welcomes, finds the session of its first frame, and passes frames to it. Until
 * then frames wait, and the socket is read no further than it must be.
 */
export class NativeConnection implements Session {
  readonly #host: Host
  readonly #connection: Connection
  readonly #gone = new AbortController()
  readonly #limits: Limits
  readonly #waiting: string[] = []
  #waitingCharacters = 0
  #session: NativeSession | null = null

  /** @param open the sessions of the environment in the address */
  constructor(host: Host, connection: Connection, open: () => Promise<SessionManager>) {
    this.#host = host
    this.#connection = connection
    this.#limits = limitsFor(connection.role, host.limits)
    open()
      .then((manager) => this.#welcome(manager))
      .catch((thrown: unknown) => this.#refuse(thrown))
  }

  frame(text: string): void {
    if (this.#session) this.#session.channel.receive(this.#connection.socket, text)
    else this.#wait(text)
  }

  binary(): void {
    const error = new GymError('FRAME_INVALID', 'a frame is text: binary frames are for nothing here')
    if (this.#session) this.#session.channel.refuse(null, error)
    else this.#refuse(error)
  }

  end(): void {
    this.#gone.abort()
    this.#waiting.length = 0
    this.#session?.channel.detach(this.#connection.socket)
  }

  #wait(text: string): void {
    this.#waiting.push(text)
    this.#onWaiting?.()
    this.#waitingCharacters += text.length
    const { maxInFlight, inFlightBytes } = this.#limits
    if (this.#waiting.length >= maxInFlight || this.#waitingCharacters >= inFlightBytes) this.#connection.socket.hold()
  }

  #onWaiting: (() => void) | null = null

  async #welcome(manager: SessionManager): Promise<void> {
    const id = manager.newId()
    this.#connection.socket.send(encodeFrame(welcomeOf(this.#host, this.#connection, manager, id)))
    const first = await this.#first()
    if (first === null) return
    const resume = resumeIn(first, this.#limits)
    const session = resume ? await this.#resumed(manager, resume) : await this.#started(manager, id)
    if (!session) return
    this.#session = session
    if (resume) this.#waiting.shift()
    for (const text of this.#waiting.splice(0)) session.channel.receive(this.#connection.socket, text)
  }

  /** The first frame, which stays in line; null where the socket is gone before it comes. */
  #first(): Promise<string | null> {
    return new Promise((resolve) => {
      const look = (): void => {
        const [first] = this.#waiting
        if (first === undefined) return
        this.#onWaiting = null
        resolve(first)
      }
      this.#gone.signal.addEventListener('abort', () => resolve(null), { once: true })
      this.#onWaiting = look
      look()
    })
  }

  async #started(manager: SessionManager, id: string): Promise<NativeSession | null> {
    const { socket, role } = this.#connection
    const permit = await this.#enter()
    if (this.#gone.signal.aborted) {
      permit.release()
      return null
    }
    const session = manager.start(id, role, permit)
    session.channel.attach(socket, 0)
    return session
  }

  async #resumed(manager: SessionManager, request: ResumeRequest): Promise<NativeSession | null> {
    const { socket, role } = this.#connection
    const { session: token, lastSeq, id } = request
    const session = await manager.resume(token, role, lastSeq, () => this.#enter())
    if (this.#gone.signal.aborted) return null
    const restored = session.isRestoredAfter(lastSeq)
    const missed = session.channel.attach(socket, lastSeq)
    const episodes = session.episodes.open.map((served) => episodeView(served, session.seesSeeds))
    const vectors = [...session.vectors.values()].map(viewOf)
    const others = { missed, restored, groups: session.continuedGroups, vectors }
    session.channel.resumed(id, openEpisodesFields(id, others, episodes, this.#limits))
    return session
  }

  #enter(): SessionPermit | Promise<SessionPermit> {
    return this.#host.admission.enter(this.#gone.signal, this.#connection.owner)
  }

  /** Refuses the connection: sends the reason, and closes the socket. */
  #refuse(thrown: unknown): void {
    const { code, message } = asGymError(thrown)
    const { socket } = this.#connection
    const [first = 'null'] = this.#waiting
    const head = { type: 'error', id: idIn(first), seq: 0, code } as const
    const texts = [message, cut(message, SHORT_MESSAGE)].map((text) => encodeFrame({ ...head, message: text }))
    firstThatFits(texts, (text) => socket.send(text))
    socket.close(wireErrorOf(code).close ?? 1008, code)
  }
}

const viewOf = ({ view }: SessionVector): SessionVector['view'] => view

function welcomeOf(host: Host, { role }: Connection, manager: SessionManager, id: string): Welcome {
  const { host: environmentHost } = manager
  const { environment, tasks } = environmentHost.world
  return {
    type: 'welcome',
    protocol: PROTOCOL,
    session: manager.tokenOf(id, role),
    role,
    environment: {
      name: environmentHost.name,
      id: environment.id,
      summary: environment.summary ?? null,
      maxSteps: environment.maxSteps,
      fork: environment.fork,
      views: Object.keys(environment.observe),
      splits: tasks.splits,
      actionSchema: environment.actionSchema ?? null,
    },
    environments: host.names,
    limits: limitsFor(role, host.limits),
  }
}

/** A frame that asks to resume, and null for any other: what is wrong with it is for a session to say. */
function resumeIn(text: string, limits: FrameLimits): ResumeRequest | null {
  try {
    const frame = parseWire(text, limits)
    const request = isWireObject(frame) ? parseRequest(frame) : null
    return request?.type === 'resume' ? request : null
  } catch {
    return null
  }
}

function idIn(text: string): string | number | null {
  try {
    return requestIdOf(parseJson(text))
  } catch {
    return null
  }
}
