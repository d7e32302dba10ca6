import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { GymError, messageOf } from '../core/data/errors.ts'
import type { SandboxPool } from '../sandbox/index.ts'
import { pythonIn } from '../sandbox/judge/index.ts'
import { FUSION_ROUTES, type FusionSettings, fieldsOf } from './protocols/fusion/api.ts'
import { type DatasetSource, Datasets, expectPythonFolders } from './protocols/fusion/datasets.ts'
import { LEAST_MEMORY_MB } from './protocols/fusion/run-code.ts'
import { ByteBudget } from './transport/byte-budget.ts'
import { type Admission, type AdmittedRequest, admitRequest, type GateSettings, gateOf } from './transport/gate.ts'
import { answer, bound, drain, JSON_TYPE, KEEP_ALIVE_MS, readBody, urlOf } from './transport/http.ts'
import { oneAtATime } from './transport/one-at-a-time.ts'
import { asGymError, wireErrorOf } from './wire-errors.ts'

export type { DatasetSource } from './protocols/fusion/datasets.ts'

/** Settings of a server of SandboxFusion's API. */
export interface SandboxServerSettings extends Admission {
  /** Closed by its owner, not with the server. */
  readonly pool: SandboxPool
  /** Another than a loopback address needs tokens. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any that is free. @default 0 */
  readonly port?: number
  /** Data sets that clients may list and submit to. */
  readonly datasets?: readonly DatasetSource[]
  /** Seconds that a program may ask for. @default 300 */
  readonly runSeconds?: number
  /** MiB of memory that a program may ask for, and has where it does not. @default 1024 */
  readonly memoryMb?: number
  /** Bytes of the body of a request. @default 32 MiB */
  readonly bodyBytes?: number
  /** Bytes that all requests may hold together, of their bodies and then of their answers. @default 1 GiB */
  readonly heldBytes?: number
}

/** A server that listens. */
export interface SandboxServer {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Ends what runs, and frees the port. */
  close(): Promise<void>
}

const MIB = 1024 * 1024
/** Bodies that clients are still sending, all together; bodies and answers of all requests; connections. */
const UNFINISHED_BYTES = 512 * MIB
const HELD_BYTES = 1024 * MIB
const MOST_CONNECTIONS = 8192
/** Milliseconds in which answers leave once the server stops. */
const STOP_MS = 2000

/**
 * Serves SandboxFusion's HTTP API from a pool: `POST /run_code` and the calls of its data sets (docs/sandbox.md).
 * @throws GymError ADDRESS_TAKEN; CONFIG_INVALID for an open address without tokens, a data set that cannot be read or
 *   whose tests are not Python, or limits that no program can have
 */
export async function listenSandbox(settings: SandboxServerSettings): Promise<SandboxServer> {
  const { host = '127.0.0.1', port = 0, pool, datasets = [], runSeconds = 300, memoryMb = 1024 } = settings
  checkRange('runSeconds', runSeconds, 1, MOST_SECONDS)
  checkRange('memoryMb', memoryMb, LEAST_MEMORY_MB, MOST_MEMORY_MB)
  const gate = gateOf(settings, host)
  const api: FusionSettings = { pool, datasets: new Datasets(datasets), limits: { runSeconds, memoryMb } }
  await expectPythonFolders(datasets, pythonIn(pool, 'tasks'))
  const inbound = new ByteBudget(UNFINISHED_BYTES)
  const frameLimits = { ...FRAMES, frameBytesIn: settings.bodyBytes ?? 32 * MIB }
  const running = new Map<AbortController, number>()
  const heldBytes = settings.heldBytes ?? HELD_BYTES
  const handling = { gate, api, inbound, frameLimits, heldBytes, running, isStopping: false }
  const http = createServer(oneAtATime((request, response) => void handle(handling, request, response)))
  http.maxConnections = MOST_CONNECTIONS
  http.keepAliveTimeout = KEEP_ALIVE_MS
  await bound(http, host, port)
  return {
    url: urlOf(http, host),
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => http.closeAllConnections(), STOP_MS)
        http.close(() => {
          clearTimeout(cut)
          resolve()
        })
        handling.isStopping = true
        for (const each of running.keys()) each.abort(stopping())
      }),
  }
}

/** What the sandbox can give a program at most. */
const MOST_SECONDS = 3600
const MOST_MEMORY_MB = 64 * 1024

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return
  throw new GymError('CONFIG_INVALID', `${name} is from ${least} to ${most}, not ${value}`)
}

const stopping = (): GymError => new GymError('SERVER_STOPPING', 'the server stops: try again later')

const FRAMES = { frameDepth: 100, frameMembers: 2 ** 20, frameFields: 2 ** 17, numberDigits: 1000 }

interface Handling {
  readonly gate: GateSettings
  readonly api: FusionSettings
  readonly inbound: ByteBudget
  readonly frameLimits: typeof FRAMES & { readonly frameBytesIn: number }
  readonly heldBytes: number
  /** Requests whose answers have not left, and the bytes that each holds: of its body, then of its answer. */
  readonly running: Map<AbortController, number>
  isStopping: boolean
}

/** Answers one request. Never throws. */
async function handle(handling: Handling, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const own = new AbortController()
  response.once('close', () => {
    handling.running.delete(own)
    own.abort(new GymError('SANDBOX_BUSY', 'the client has left'))
  })
  try {
    handling.running.set(own, admittedBytes(handling, request))
    if (isProbe(request)) answer(response, 200, '{"status":"healthy"}')
    else await reply(handling, request, response, own)
  } catch (thrown) {
    refuse(response, thrown)
    drain(request, handling.frameLimits)
  }
}

/** Bytes of the body that a request may hold. @throws GymError SERVER_STOPPING; SANDBOX_BUSY where others hold too much */
function admittedBytes(handling: Handling, { headers }: IncomingMessage): number {
  const { running, frameLimits, isStopping } = handling
  if (isStopping) throw stopping()
  const declared = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity
  const bytes = Math.min(frameLimits.frameBytesIn, declared)
  expectRoom(handling, [...running.values(), bytes])
  return bytes
}

/** @throws GymError SANDBOX_BUSY where requests and answers hold more than they may together */
function expectRoom({ heldBytes }: Handling, held: readonly number[]): void {
  const bytes = held.reduce((sum, each) => sum + each, 0)
  if (bytes > heldBytes)
    throw new GymError(
      'SANDBOX_BUSY',
      'requests that wait, and answers that are not read, hold too much memory: try again later',
    )
}

/** Sends an answer, which its request holds from now on. @throws GymError SANDBOX_BUSY as `expectRoom` */
function send(handling: Handling, response: ServerResponse, own: AbortController, text: string): void {
  const { running } = handling
  const bytes = Buffer.byteLength(text)
  expectRoom(
    handling,
    [...running].map(([each, held]) => (each === own ? bytes : held)),
  )
  if (running.has(own)) running.set(own, bytes)
  answer(response, 200, text)
}

/** `GET /health` needs no token: it shows only that the server runs. */
const isProbe = ({ method, url }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && url === '/health'

async function reply(
  handling: Handling,
  request: IncomingMessage,
  response: ServerResponse,
  own: AbortController,
): Promise<void> {
  const { gate, api, inbound, frameLimits } = handling
  const admitted = admitRequest(gate, request)
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const route = FUSION_ROUTES.get(`${method} ${admitted.address.segments.join('/')}`)
  if (!route) throw new GymError('FRAME_UNKNOWN', `there is no ${method} ${admitted.address.shown.slice(0, 200)} here`)
  const fields = fieldsOf(method === 'POST' ? await readBody(request, frameLimits, inbound) : {})
  try {
    const { signal } = own
    const found = await route({ ...api, fields, owner: ownerOf(request, admitted), signal })
    send(handling, response, own, JSON.stringify(found))
  } catch (thrown) {
    if (fields.problems.length === 0) throw thrown
    answer(response, 422, JSON.stringify({ detail: fields.problems }))
  }
}

/** Clients take turns by address and token. */
const ownerOf = ({ socket }: IncomingMessage, { identity }: AdmittedRequest): string =>
  `${socket.remoteAddress ?? ''} ${identity.digest.toString('base64')}`

/**
 * Status of errors that the wire of environments has not. Where the queue leaves no time it is 504, after which verl's
 * client tries again; every other status is final to it, and counts as a wrong answer.
 */
const STATUS: Readonly<Partial<Record<string, number>>> = {
  SANDBOX_BUSY: 504,
  SANDBOX_FAILED: 500,
  SANDBOX_INVALID: 422,
  SANDBOX_UNAVAILABLE: 503,
  TASK_UNKNOWN: 400,
  CONFIG_INVALID: 400,
}

/** An error in the form of FastAPI: `{"detail": ...}`. */
function refuse(response: ServerResponse, thrown: unknown): void {
  const error = asGymError(thrown)
  const status = STATUS[error.code] ?? wireErrorOf(error.code).http
  const headers = {
    ...(status >= 503 && { 'retry-after': '1' }),
    ...(error.code === 'SERVER_STOPPING' && { connection: 'close' }),
  }
  const detail = `${error.code}: ${messageOf(error)}`
  answer(response, status, JSON.stringify({ detail }), { 'content-type': JSON_TYPE, ...headers })
}
