import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { dial } from './dial.ts'
import {
  closeFrame,
  frameOf,
  invalid,
  type OpenEnvResult,
  resetFrame,
  resultIn,
  STATE_FRAME,
  stateIn,
  unaskedIn,
} from './openenv-frames.ts'
import type { TextSocket } from './text-socket.ts'
import { closeError, connectionLost } from './wire-error.ts'

/** Settings of a connection over the OpenEnv protocol. */
export interface OpenEnvSettings {
  /** Per-session state of a stepgym server. */
  readonly token?: string
  /** Milliseconds for a reply. @default 60000 */
  readonly timeoutMs?: number
  /** Milliseconds for the handshake. @default 10000 */
  readonly connectMs?: number
}

/** What a reset may ask for: servers of ours know these, and any server has fields of its own. */
export type OpenEnvReset = JsonObject & { readonly seed?: Seed }

/**
 * Connects to an environment of any OpenEnv server, at `URL/ws`.
 * @throws GymError CONNECTION_LOST; UNAUTHORIZED, FORBIDDEN, ORIGIN_FOREIGN, ENV_UNKNOWN from servers of ours;
 *   CONFIG_INVALID for an invalid address.
 */
export async function connectOpenEnv(url: string, settings: OpenEnvSettings = {}): Promise<OpenEnvClient> {
  const { token, timeoutMs = 60_000, connectMs = 10_000 } = settings
  const line = new Line(timeoutMs)
  line.open(await dial({ url, token, protocol: null, timeoutMs: connectMs }, line))
  return new OpenEnvClient(line)
}

/**
 * One socket, one session, one environment. A call that is made while another is in progress waits for its turn, since
 * replies say not what they answer; for the same reason a reply that does not come in time ends the connection.
 */
export class OpenEnvClient {
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  /** Begins another episode. @throws GymError the server's; REPLY_LATE, CONNECTION_LOST, FRAME_INVALID */
  async reset(data: OpenEnvReset = {}): Promise<OpenEnvResult> {
    return resultIn(await this.#line.ask(resetFrame(data)))
  }

  /**
   * Takes a step.
   * @param action its fields, or a text where actions are texts
   * @param metadata what goes beside the action, as evidence does
   * @throws GymError as `reset`
   */
  async step(action: JsonObject | string, metadata?: JsonObject): Promise<OpenEnvResult> {
    const fields = typeof action === 'string' ? { action } : action
    return resultIn(await this.#line.ask(frameOf('step', metadata ? { ...fields, metadata } : fields)))
  }

  /** What the environment shows of the episode's state. @throws GymError as `reset` */
  async state(): Promise<JsonObject> {
    return stateIn(await this.#line.ask(STATE_FRAME))
  }

  /**
   * Ends the session and its episode. Calls that wait fail with CONNECTION_LOST.
   * @param truncate On a stepgym server, the episode ends as truncated, for this reason.
   */
  close({ truncate }: { readonly truncate?: string } = {}): void {
    this.#line.close(truncate)
  }
}

interface Turn {
  readonly text: string
  readonly resolve: (reply: string) => void
  readonly reject: (error: GymError) => void
}

/** Requests in line, the first of them in progress. */
class Line {
  readonly #timeoutMs: number
  readonly #turns: Turn[] = []
  #socket: TextSocket | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #failure: GymError | null = null

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  open(socket: TextSocket): void {
    this.#socket = socket
    if (this.#failure) socket.drop()
  }

  ask(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure)
      else if (this.#turns.push({ text, resolve, reject }) === 1) this.#begin()
    })
  }

  onText(text: string): void {
    const turn = this.#turns.shift()
    clearTimeout(this.#timer)
    turn?.resolve(text)
    if (turn) this.#begin()
    else this.#fail(unaskedIn(text))
  }

  onBinary(): void {
    this.#fail(invalid('a binary frame'))
  }

  onClosed(close: Parameters<typeof closeError>[0]): void {
    this.#fail(closeError(close))
  }

  close(truncate: string | undefined): void {
    if (!this.#failure) this.#socket?.send(closeFrame(truncate))
    this.#end(connectionLost('the client was closed'), () => this.#socket?.close(1000, ''))
  }

  #begin(): void {
    const [turn] = this.#turns
    if (!turn) return
    this.#timer = setTimeout(() => this.#fail(this.#late()), this.#timeoutMs)
    this.#socket?.send(turn.text)
  }

  #late(): GymError {
    return new GymError('REPLY_LATE', `no reply within ${this.#timeoutMs} ms: the session is over, connect again`)
  }

  #fail(error: GymError): void {
    this.#end(error, () => this.#socket?.drop())
  }

  #end(error: GymError, hangUp: () => void): void {
    if (this.#failure) return
    this.#failure = error
    clearTimeout(this.#timer)
    hangUp()
    for (const turn of this.#turns.splice(0)) turn.reject(error)
  }
}
