import { WebSocket } from 'ws'
import { messageOf } from '../../core/data/errors.ts'
import { OneAnswer } from '../../core/data/one-answer.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type Outcome, outcomeIn, type Shown } from './frames.ts'
import type { OpenEnvServer } from './servers.ts'

/** Bounds on what a server may take and send. */
export interface SessionLimits {
  /** Milliseconds to connect. */
  readonly startMs: number
  /** Milliseconds of one reset or step. */
  readonly callMs: number
}

/** What an episode drives: one environment of a server, or the built-in one. */
export interface OpenEnvSession {
  /** @param args `seed`, and what else the environment's reset takes */
  reset(args: JsonObject): Promise<Shown>
  step(action: JsonObject): Promise<Outcome>
  close(): void
}

/** Bytes of one message of a server. */
const MAX_BYTES = 16 * 2 ** 20

/**
 * Opens a session, which has an environment of its own.
 * @throws Error where the server cannot be reached in time
 */
export function openSession({ url, token }: OpenEnvServer, limits: SessionLimits): Promise<OpenEnvSession> {
  const socket = new WebSocket(addressOf(url), {
    handshakeTimeout: limits.startMs,
    maxPayload: MAX_BYTES,
    ...(token !== null && { headers: { authorization: `Bearer ${token}` } }),
  })
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(new SocketSession(socket, limits.callMs)))
    socket.once('error', (error) => reject(new Error(`no connection to the OpenEnv server: ${messageOf(error)}`)))
  })
}

function addressOf(url: URL): string {
  const { protocol, host, pathname } = url
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${pathname.replace(/\/+$/, '')}/ws`
}

/**
 * A session over a socket. OpenEnv's servers take steps before a reset and after the end, silently: here both are errors. An
 * answer does not say which request it belongs to, so that one that is late ends the session.
 */
class SocketSession implements OpenEnvSession {
  readonly #socket: WebSocket
  readonly #callMs: number
  readonly #answer = new OneAnswer<string>()
  #lost: string | null = null
  #isRunning = false

  constructor(socket: WebSocket, callMs: number) {
    this.#socket = socket
    this.#callMs = callMs
    socket.on('message', (data, isBinary) => this.#heard(isBinary ? '' : `${data}`))
    socket.on('error', (error) => this.#lose(messageOf(error)))
    socket.on('close', () => this.#lose('it closed the connection'))
  }

  async reset(args: JsonObject): Promise<Shown> {
    this.#isRunning = false
    const outcome = outcomeIn(await this.#ask('reset', args))
    if (outcome.kind === 'refused') throw new Error(`the server refused the reset: ${outcome.problem}`)
    this.#isRunning = !outcome.done
    return outcome
  }

  async step(action: JsonObject): Promise<Outcome> {
    if (!this.#isRunning) throw new Error('a step needs an episode that is running: reset first')
    const outcome = outcomeIn(await this.#ask('step', action))
    if (outcome.kind === 'shown' && outcome.done) this.#isRunning = false
    return outcome
  }

  close(): void {
    if (this.#lost === null) this.#socket.send('{"type":"close"}')
    this.#lose('the session was closed')
  }

  async #ask(type: 'reset' | 'step', data: JsonObject): Promise<string> {
    if (this.#lost !== null) throw this.#failure()
    if (this.#answer.isAwaited) throw new Error('the server is busy with another request of this session')
    this.#socket.send(JSON.stringify({ type, data }))
    return this.#answer.within(this.#callMs, () => this.#lose(`it did not answer within ${this.#callMs} ms`))
  }

  /** A server that is full says so before anything was asked. */
  #heard(text: string): void {
    if (!this.#answer.give(text)) this.#lose(`it sent something that was not asked for: ${text.slice(0, 200)}`)
  }

  #lose(reason: string): void {
    this.#lost ??= reason
    this.#socket.close()
    this.#answer.fail(this.#failure())
  }

  #failure(): Error {
    return new Error(`the OpenEnv server is lost: ${this.#lost}`)
  }
}
