import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { hookSet, type RewardHook } from '../../../core/reward/hook.ts'
import { type GymServer, listen, type ServerSettings } from '../../../server/listen.ts'
import { closeAfterTest } from '../cleanup.ts'

type More = Partial<Omit<ServerSettings, 'environments' | 'hooks'>> & {
  readonly hooks?: readonly RewardHook[]
  /** Options of every environment. */
  readonly options?: JsonObject
}

/** A server on a free port that the end of the test closes. Environments stand under their names. */
export async function served(
  environments: readonly Environment[],
  { hooks = [], options, ...more }: More = {},
): Promise<GymServer> {
  const named = environments.map((environment) => ({
    name: environment.id.replace(/@.*/, ''),
    load: async () => environment,
    ...(options && { options }),
  }))
  const server = await listen({ environments: named, hooks: hookSet(hooks), ...more })
  closeAfterTest(() => server.close('the test is over'))
  return server
}

/** What a frame from the server may hold. */
export interface Frame {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>> & {
    /** `tools` of a step that asks for them, else `text`. */
    readonly observation?: { readonly text: string; readonly tools?: readonly Readonly<Record<string, unknown>>[] }
    readonly reward?: number | null
    readonly done?: boolean
    readonly metadata?: Readonly<Record<string, unknown>>
  }
}

/** A bare client: what it sends and sees is all there is on the wire. */
export class Client {
  readonly socket: WebSocket
  readonly frames: Frame[] = []
  closed: { readonly status: number; readonly reason: string } | null = null
  #read = 0

  constructor(url: string, options: { headers?: Record<string, string>; protocols?: readonly string[] } = {}) {
    this.socket = new WebSocket(url, [...(options.protocols ?? [])], { headers: options.headers ?? {} })
    this.socket.on('message', (data) => this.frames.push(JSON.parse(data.toString()) as Frame))
    this.socket.on('close', (status, reason) => {
      this.closed = { status, reason: reason.toString() }
    })
    this.socket.on('error', () => {})
    closeAfterTest(() => this.socket.terminate())
  }

  send(message: unknown): void {
    this.raw(JSON.stringify(message))
  }

  raw(data: string | Buffer): void {
    this.socket.send(data)
  }

  /** The next frame that was not read yet. */
  async next(): Promise<Frame> {
    const position = this.#read++
    await until(() => this.frames.length > position || this.closed !== null)
    const frame = this.frames[position]
    if (!frame) throw new Error(`closed with ${this.closed?.status} ${this.closed?.reason} instead of a frame`)
    return frame
  }

  ask(message: unknown): Promise<Frame> {
    this.send(message)
    return this.next()
  }

  reset(data: Readonly<Record<string, unknown>> = {}): Promise<Frame> {
    return this.ask({ type: 'reset', data })
  }

  step(action: string): Promise<Frame> {
    return this.ask({ type: 'step', data: { action } })
  }

  /** Waits until the server has read everything that was sent. */
  async delivered(): Promise<void> {
    this.socket.ping()
    await once(this.socket, 'pong')
  }

  async end(): Promise<{ readonly status: number; readonly reason: string }> {
    await until(() => this.closed !== null)
    return this.closed ?? { status: 0, reason: '' }
  }
}

export async function connected(
  server: GymServer,
  path = '/ws',
  options: ConstructorParameters<typeof Client>[1] = {},
): Promise<Client> {
  const client = new Client(server.url.replace('http', 'ws') + path, options)
  await Promise.race([once(client.socket, 'open'), once(client.socket, 'close')])
  return client
}

/** HTTP status that a handshake is refused with. */
export async function refusal(
  server: GymServer,
  path: string,
  options: ConstructorParameters<typeof Client>[1] = {},
): Promise<number | undefined> {
  const { socket } = new Client(server.url.replace('http', 'ws') + path, options)
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode)
      response.resume()
    })
    socket.on('open', () => resolve(undefined))
  })
}

/** Waits until something holds; the test's own time limit is the limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2)
}

export const NOTHING_OPEN = { sessions: 0, waiting: 0, episodes: 0, groups: 0, unscored: 0 }

/** When nothing is open any more; a leak never ends. */
export const quiet = (server: GymServer): Promise<void> =>
  until(() => JSON.stringify(server.host.counts) === JSON.stringify(NOTHING_OPEN) && server.connections === 0)
