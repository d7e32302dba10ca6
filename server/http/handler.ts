import type { IncomingMessage, ServerResponse } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import { limitsFor } from '../limits.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Pages } from '../pages.ts'
import type { McpEndpoint } from '../protocols/mcp/endpoint.ts'
import type { McpReply } from '../protocols/mcp/request.ts'
import { isOrsRoute } from '../protocols/ors/request.ts'
import { expectRole } from '../roles.ts'
import type { SiteEndpoint } from '../site/endpoint.ts'
import { type AdmittedRequest, admitRequest, type GateSettings } from '../transport/gate.ts'
import { answer, drain, JSON_TYPE, readBody } from '../transport/http.ts'
import { asGymError, errorBody, wireErrorOf } from '../wire-errors.ts'
import { environmentOf } from './addressed.ts'
import { type HttpEpisodes, unseenIn } from './episodes.ts'
import { ERROR_PAGE_HEADERS, errorPage, isForPerson } from './error-page.ts'
import { answerOrs, type OrsServed } from './ors.ts'
import { expectRecorded, healthOf, probeReply, ROUTES, readinessOf } from './routes.ts'

export interface HandlerSettings extends OrsServed {
  readonly gate: GateSettings
  readonly episodes: HttpEpisodes
  readonly mcp: McpEndpoint
  readonly sites: SiteEndpoint
  /** Pages beside the environments; null for none. */
  readonly pages: Pages | null
  readonly metrics: Metrics
}

/** Answers one request. Never throws. */
export async function handleRequest(
  settings: HandlerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const probed = probeReply(settings.host, request)
    if (probed !== null) return answer(response, 200, probed)
    if (await settings.pages?.handle(request, response)) return
    if (await settings.sites.handle(request, response, gone.signal)) return
    const admitted = admitRequest(settings.gate, request)
    const metrics = metricsFor(settings, request, admitted)
    const route = routeOf(request, admitted)
    if (metrics) answer(response, 200, await metrics.page(), { 'content-type': metrics.contentType })
    else if (isOrsRoute(route)) await answerOrs(settings, route, request, response, admitted, gone.signal)
    else if (isMcp(admitted)) answerMcp(response, await mcpReply(settings, request, admitted, gone.signal))
    else answer(response, 200, await replyTo(settings, request, admitted, gone.signal))
  } catch (thrown) {
    const error = asGymError(thrown)
    const { http } = wireErrorOf(error.code)
    if (isForPerson(request)) answer(response, http, errorPage(error), ERROR_PAGE_HEADERS)
    else answer(response, http, errorBody(error, unseenIn(thrown)))
    drain(request, settings.host.limits)
  }
}

async function replyTo(
  settings: HandlerSettings,
  request: IncomingMessage,
  admitted: AdmittedRequest,
  gone: AbortSignal,
): Promise<string> {
  const { segments, query } = admitted.address
  const method = methodOf(request)
  const ofServer = serverReply(settings, `${method} ${segments.join('/')}`)
  if (ofServer !== null) return ofServer
  const route = ROUTES.get(routeOf(request, admitted))
  if (!route) throw noRoute(method, admitted)
  const { host, episodes } = settings
  const body = method === 'POST' ? await readBody(request, limitsFor(admitted.role, host.limits), settings.inbound) : {}
  const environmentHost = await host.environmentHost(environmentOf(admitted.address, settings, request.headers))
  if (segments.at(-1) === 'health') expectRecorded(host, environmentHost.name)
  const { identity, role } = admitted
  const address = request.socket.remoteAddress
  return route({ environmentHost, identity, address, role, query, body, episodes, gone })
}

const methodOf = ({ method = '' }: IncomingMessage): string => (method === 'HEAD' ? 'GET' : method)

/** Method and last segment, as in `POST reset`. */
const routeOf = (request: IncomingMessage, { address }: AdmittedRequest): string =>
  `${methodOf(request)} ${address.segments.at(-1) ?? ''}`

const isMcp = ({ address: { segments } }: AdmittedRequest): boolean => segments.at(-1) === 'mcp'

/** @throws GymError FORBIDDEN, and as `McpEndpoint.handle` */
async function mcpReply(
  settings: HandlerSettings,
  request: IncomingMessage,
  { address, identity, role }: AdmittedRequest,
  gone: AbortSignal,
): Promise<McpReply> {
  const { host, mcp, inbound } = settings
  const { method = '', headers } = request
  expectRole(role, ['agent', 'trainer'], 'a session')
  const limits = limitsFor(role, host.limits)
  const body = method === 'POST' ? await readBody(request, limits, inbound) : {}
  const environmentHost = await host.environmentHost(environmentOf(address, settings))
  const client = { environmentHost, identity, address: request.socket.remoteAddress }
  return mcp.handle({ method, headers, query: address.query, body, client, maxBytes: limits.frameBytesOut, gone })
}

function answerMcp(response: ServerResponse, { status, headers, body }: McpReply): void {
  answer(response, status, body, body === '' ? headers : { 'content-type': JSON_TYPE, ...headers })
}

/** The metrics if the request is for them; null for any other. @throws GymError FORBIDDEN */
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

const noRoute = (method: string, { address }: AdmittedRequest): GymError =>
  new GymError('FRAME_UNKNOWN', `there is no ${method} ${address.shown.slice(0, 200)} here`)
