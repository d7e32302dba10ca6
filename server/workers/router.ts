import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestOver,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { GymError } from '../../core/data/errors.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { summedMetrics } from '../metrics/sum.ts'
import { ByteBudget } from '../transport/byte-budget.ts'
import { type Admission, gateOf, readAddress } from '../transport/gate.ts'
import { answer, bound, drain, KEEP_ALIVE_MS, readBytes, urlOf } from '../transport/http.ts'
import { oneAtATime } from '../transport/one-at-a-time.ts'
import { asGymError, errorBody, wireErrorOf } from '../wire-errors.ts'
import { headOf, passedHeaders, type UpgradeHead } from './handed-over.ts'
import { homeOf } from './home.ts'
import { nameOf, objectIn } from './names.ts'

/** A server process as the one that shares the work has it. */
export interface RoutedWorker {
  /** `http://HOST:PORT`; null while it starts. */
  readonly url: string | null
  /** Gives it the socket of a client, which is no longer of this process. */
  take(head: UpgradeHead, socket: Socket): void
}

export interface RouterSettings extends Admission {
  /** Another than a loopback address needs tokens. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any that is free. @default 0 */
  readonly port?: number
  readonly limits?: Partial<Limits>
  readonly workers: readonly RoutedWorker[]
}

/** One address for several server processes. */
export interface Router {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Accepts nothing more, and frees the port. */
  close(): Promise<void>
}

/**
 * Shares sockets and requests among workers: a socket is handed over with its first request, and costs this process
 * nothing afterwards; a request over HTTP is passed to the worker that has its session, episode or group.
 * @throws GymError ADDRESS_TAKEN; CONFIG_INVALID for an open address without tokens
 */
export async function listenRouter(settings: RouterSettings): Promise<Router> {
  const { host = '127.0.0.1', port = 0 } = settings
  gateOf(settings, host)
  const routing = new Routing(settings.workers, limitsOf(settings.limits))
  const http = createServer(oneAtATime((request, response) => void routing.request(request, response)))
  http.keepAliveTimeout = KEEP_ALIVE_MS
  http.on('upgrade', (request: IncomingMessage, socket: Socket, rest: Buffer) => routing.upgrade(request, socket, rest))
  await bound(http, host, port)
  return { url: urlOf(http, host), close: () => closed(http, routing) }
}

function closed(http: Server, routing: Routing): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve())
    http.closeAllConnections()
    routing.close()
  })
}

class Routing {
  readonly #workers: readonly RoutedWorker[]
  readonly #limits: Limits
  readonly #inbound: ByteBudget
  readonly #agent = new Agent({ keepAlive: true })
  #turn = 0

  constructor(workers: readonly RoutedWorker[], limits: Limits) {
    this.#workers = workers
    this.#limits = limits
    this.#inbound = new ByteBudget(limits.unfinishedBytesInAll)
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Never throws. */
  upgrade(request: IncomingMessage, socket: Socket, rest: Buffer): void {
    socket.on('error', () => socket.destroy())
    try {
      const { query } = readAddress(request.url ?? '/')
      const name = nameOf({ query, headers: {}, body: {} })
      const worker = name === null ? this.#next() : this.#workers[homeOf(name, this.#workers.length)]
      if (!worker?.url) throw restarting()
      worker.take(headOf(request, rest), socket)
    } catch (thrown) {
      refuse(socket, asGymError(thrown))
    }
  }

  /** Answers one request. Never throws. */
  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (isForAll(request)) await this.#answerTogether(request, response)
      else await this.#pass(request, response)
    } catch (thrown) {
      const error = asGymError(thrown)
      answer(response, wireErrorOf(error.code).http, errorBody(error))
      drain(request, this.#limits)
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBytes(request, this.#limits.frameBytesIn, this.#inbound)
    const { url } = this.#workerFor(request, body)
    if (url === null) throw restarting()
    await this.#forward(request, body, url, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, passedHeaders(upstream.headers))
      upstream.pipe(response)
      response.once('close', () => upstream.destroy())
    })
  }

  /** By name where the request has one, in turn where it begins something, else the first: pages are all there. */
  #workerFor(request: IncomingMessage, bytes: Buffer): RoutedWorker {
    const { query, segments } = readAddress(request.url ?? '/')
    const isJson = !/urlencoded/.test(request.headers['content-type'] ?? '')
    const body = bytes.length > 0 && isJson ? objectIn(bytes.toString(), this.#limits) : {}
    const name = nameOf({ query, headers: request.headers, body })
    const begins = request.method === 'POST' && isJson && BEGINNINGS.has(segments.at(-1) ?? '')
    const worker =
      name !== null ? this.#workers[homeOf(name, this.#workers.length)] : begins ? this.#next() : this.#workers[0]
    if (worker) return worker
    throw restarting()
  }

  /** Workers that are there, in turn. */
  #next(): RoutedWorker {
    for (let tried = 0; tried < this.#workers.length; tried++) {
      const worker = this.#workers[this.#turn++ % this.#workers.length]
      if (worker?.url) return worker
    }
    throw restarting()
  }

  /** Health, readiness and metrics are those of all workers. */
  async #answerTogether(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answers = await Promise.all(this.#workers.map(({ url }) => (url === null ? null : this.#asked(request, url))))
    const present = answers.filter((each) => each !== null)
    const refused = present.find(({ status }) => status !== 200)
    const first = present[0]
    if (!first) throw restarting()
    const isReady = request.url === '/ready'
    const shown = isReady ? (present.find(({ status }) => status === 200) ?? first) : (refused ?? first)
    const isSum = shown.status === 200 && !PROBES.has(request.url ?? '')
    const text = isSum ? summedMetrics(present.map((each) => each.text)) : shown.text
    answer(response, shown.status, text, { 'content-type': shown.type })
  }

  async #asked(request: IncomingMessage, url: string): Promise<Answered | null> {
    const answered = await new Promise<Answered | null>((resolve) => {
      this.#forward(request, Buffer.alloc(0), url, (upstream) => {
        const chunks: Buffer[] = []
        const type = upstream.headers['content-type'] ?? 'text/plain'
        upstream.on('data', (chunk: Buffer) => chunks.push(chunk))
        upstream.on('end', () =>
          resolve({ status: upstream.statusCode ?? 502, type, text: String(Buffer.concat(chunks)) }),
        )
        upstream.on('error', () => resolve(null))
      }).catch(() => resolve(null))
    })
    return answered
  }

  /** @throws GymError CAPACITY_REACHED where the worker is lost before it answers */
  #forward(
    { method = 'GET', url: path = '/', headers }: IncomingMessage,
    body: Buffer,
    url: string,
    onAnswer: (upstream: IncomingMessage) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = { ...passedHeaders(headers), ...(body.length > 0 && { 'content-length': body.length }) }
      const { hostname, port } = new URL(url)
      const upstream = requestOver({ hostname, port, method, path, headers: sent, agent: this.#agent }, (answered) => {
        onAnswer(answered)
        resolve()
      })
      upstream.once('error', () => reject(restarting()))
      upstream.end(body)
    })
  }
}

interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

const PROBES: ReadonlySet<string> = new Set(['/health', '/ready'])

function isForAll({ method, url = '/' }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return PROBES.has(url) || readAddress(url).segments.join('/') === 'metrics'
}

/** Last segments of requests that start a session or an episode. */
const BEGINNINGS: ReadonlySet<string> = new Set(['reset', 'mcp'])

const restarting = (): GymError =>
  new GymError('CAPACITY_REACHED', 'the process that has this session is being replaced: try again in a second')

function refuse(socket: Socket, error: GymError): void {
  const body = errorBody(error)
  const head = `HTTP/1.1 ${wireErrorOf(error.code).http} ${error.code}\r\nContent-Type: application/json\r\n`
  socket.end(`${head}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
