import type { IncomingMessage, ServerResponse } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { Host } from '../hosting/host.ts'
import { type Limits, limitsFor } from '../limits.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { McpEndpoint } from '../protocols/mcp/endpoint.ts'
import type { McpReply } from '../protocols/mcp/request.ts'
import { expectRole } from '../roles.ts'
import { type ByteBudget, UnfinishedBytes } from '../transport/byte-budget.ts'
import { type Address, type AdmittedRequest, admitRequest, type GateSettings } from '../transport/gate.ts'
import { type FrameLimits, isWireObject, parseWire, type WireObject } from '../transport/json.ts'
import { asGymError, errorBody, wireErrorOf } from '../wire-errors.ts'
import { type HttpEpisodes, untoldIn } from './episodes.ts'
import { expectRecorded, healthOf, ROUTES, readinessOf } from './routes.ts'

export interface HandlerSettings {
  readonly host: Host
  readonly gate: GateSettings
  readonly episodes: HttpEpisodes
  readonly mcp: McpEndpoint
  readonly metrics: Metrics
  /** Of the frames and bodies that clients are still sending. */
  readonly inbound: ByteBudget
  /** What addresses without an environment mean; null if there is none. */
  readonly defaultName: string | null
}

/** Answers one request. Never throws. */
export async function handleRequest(
  settings: HandlerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const admitted = admitRequest(settings.gate, request)
    const metrics = metricsFor(settings, request, admitted)
    if (metrics) answer(response, 200, await metrics.page(), { 'content-type': metrics.contentType })
    else if (isMcp(admitted)) answerMcp(response, await mcpReply(settings, request, admitted, () => response.destroyed))
    else answer(response, 200, await replyTo(settings, request, admitted, () => response.destroyed))
  } catch (thrown) {
    const error = asGymError(thrown)
    const { http } = wireErrorOf(error.code)
    answer(response, http, errorBody(error, untoldIn(thrown)))
    drain(request, settings.host.limits)
  }
}

async function replyTo(
  settings: HandlerSettings,
  request: IncomingMessage,
  admitted: AdmittedRequest,
  hasLeft: () => boolean,
): Promise<string> {
  const { segments, query } = admitted.address
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const ofServer = serverReply(settings, `${method} ${segments.join('/')}`)
  if (ofServer !== null) return ofServer
  const [last = ''] = segments.slice(-1)
  const route = segments.length <= 2 ? ROUTES.get(`${method} ${last}`) : undefined
  if (!route) throw noRoute(method, admitted)
  const { host, episodes } = settings
  const body = method === 'POST' ? await readBody(request, limitsFor(admitted.role, host.limits), settings.inbound) : {}
  const environmentHost = await host.environmentHost(environmentOf(admitted.address, settings))
  if (last === 'health') expectRecorded(host, environmentHost.name)
  const { identity, role } = admitted
  const address = request.socket.remoteAddress
  return route({ environmentHost, identity, address, role, query, body, episodes, hasLeft })
}

const isMcp = ({ address: { segments } }: AdmittedRequest): boolean => segments.length <= 2 && segments.at(-1) === 'mcp'

/** @throws GymError FORBIDDEN, and as `McpEndpoint.handle` */
async function mcpReply(
  settings: HandlerSettings,
  request: IncomingMessage,
  { address, identity, role }: AdmittedRequest,
  hasLeft: () => boolean,
): Promise<McpReply> {
  const { host, mcp, inbound } = settings
  const { method = '', headers } = request
  expectRole(role, ['agent', 'trainer'], 'a session')
  const limits = limitsFor(role, host.limits)
  const body = method === 'POST' ? await readBody(request, limits, inbound) : {}
  const environmentHost = await host.environmentHost(environmentOf(address, settings))
  const client = { environmentHost, identity, address: request.socket.remoteAddress }
  return mcp.handle({ method, headers, query: address.query, body, client, maxBytes: limits.frameBytesOut, hasLeft })
}

function answerMcp(response: ServerResponse, { status, headers, body }: McpReply): void {
  answer(response, status, body, body === '' ? headers : { 'content-type': JSON_TYPE, ...headers })
}

/** Where somebody asks for them who may see them. @throws GymError FORBIDDEN */
function metricsFor(
  { metrics }: HandlerSettings,
  { method = '' }: IncomingMessage,
  admitted: AdmittedRequest,
): Metrics | null {
  if (admitted.address.segments.join('/') !== 'metrics' || !['GET', 'HEAD'].includes(method)) return null
  expectRole(admitted.role, ['trainer', 'observer'], 'metrics')
  return metrics
}

/** Answers that need no environment to be opened. */
function serverReply({ host, defaultName }: HandlerSettings, what: string): string | null {
  if (what === 'GET health') return healthOf(host)
  if (what === 'GET ready') return readinessOf(host)
  if (what === 'GET list_environments') return JSON.stringify(host.names)
  if (what !== 'GET environments' && what !== 'GET ') return null
  const environments = host.names.map((name) => ({ name, ws: `/${name}/ws`, is_default: name === defaultName }))
  return JSON.stringify({ environments })
}

/**
 * Name of the environment that an address is for.
 * @throws GymError ENV_UNKNOWN where it names none and several are served.
 */
export function environmentOf(
  { segments }: Address,
  { host, defaultName }: Pick<HandlerSettings, 'host' | 'defaultName'>,
): string {
  const [first = ''] = segments
  if (segments.length >= 2) return first
  if (defaultName !== null) return defaultName
  throw new GymError('ENV_UNKNOWN', `name the environment, as in /${host.names[0]}/${first}: ${host.names.join(', ')}`)
}

const noRoute = (method: string, { address }: AdmittedRequest): GymError =>
  new GymError('FRAME_UNKNOWN', `there is no ${method} ${address.shown.slice(0, 200)} here`)

const JSON_TYPE = 'application/json; charset=utf-8'
const OF_JSON = { 'content-type': JSON_TYPE }

type Headers = Readonly<Record<string, string>>

function answer(response: ServerResponse, status: number, body: string, more: Headers = OF_JSON): void {
  if (response.headersSent || response.destroyed) return
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...more }
  response.writeHead(status, headers).end(body)
}

/**
 * The body of a request as an object; empty if there is none.
 * @throws GymError FRAME_TOO_LARGE, FRAME_INVALID
 */
async function readBody(
  request: IncomingMessage,
  limits: FrameLimits & Pick<Limits, 'frameBytesIn'>,
  inbound: ByteBudget,
): Promise<WireObject> {
  const unfinished = new UnfinishedBytes(inbound, () => request.destroy())
  const text = utf8(await bytesOf(request, limits.frameBytesIn, unfinished).finally(() => unfinished.close()))
  const body = text.trim() === '' ? {} : parseWire(text, limits)
  if (isWireObject(body)) return body
  throw new GymError('FRAME_INVALID', 'a body is a JSON object')
}

function bytesOf(request: IncomingMessage, most: number, unfinished: UnfinishedBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    // What comes after the limit is read and dropped: an answer before the end of a body would not arrive.
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= most) {
        chunks.push(chunk)
        unfinished.received(chunk.length)
      } else {
        chunks.length = 0
        reject(new GymError('FRAME_TOO_LARGE', `a body has at most ${most} bytes`))
      }
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('close', () => reject(new GymError('FRAME_INVALID', 'the body ended early')))
  })
}

/** Milliseconds in which the rest of a body is read that was answered already. */
const DRAIN_MS = 5000

/** Reads the rest of a body that was answered already, so that the next request on its connection is served; or cuts it. */
function drain(request: IncomingMessage, { frameBytesIn }: Pick<Limits, 'frameBytesIn'>): void {
  if (request.complete || request.destroyed) return
  let left = 4 * frameBytesIn
  const timer = setTimeout(() => request.destroy(), DRAIN_MS).unref()
  request.once('close', () => clearTimeout(timer))
  request.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) request.destroy()
  })
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new GymError('FRAME_INVALID', 'a body is UTF-8')
  }
}
