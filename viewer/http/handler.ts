import type { IncomingMessage, ServerResponse } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import { ERROR_PAGE_HEADERS, errorPage, isForPerson } from '../../server/http/error-page.ts'
import { expectRole, Keyring, type Role } from '../../server/roles.ts'
import { admitRequest, type GateSettings } from '../../server/transport/gate.ts'
import { JSON_TYPE } from '../../server/transport/http.ts'
import { asGymError, wireErrorOf } from '../../server/wire-errors.ts'
import type { AppFile } from './app-files.ts'
import { type Reply, send } from './reply.ts'
import { type ApiRequest, answerTo, type Library } from './routes.ts'
import type { Streams } from './streams.ts'

/** Answers a request below `/-/api/` with JSON. @throws GymError */
export type Answerer = (request: ApiRequest) => Promise<Uint8Array>

/** What requests are answered with. */
export interface ViewerSettings {
  readonly answer: Answerer
  readonly streams: Streams
  readonly gate: GateSettings
  /** The pages by address. */
  readonly files: ReadonlyMap<string, AppFile>
}

/**
 * Answers one request: `/-/api/...` with data, for trainers and observers; any other address with a file of the pages,
 * which hold no data and need no token. Never throws.
 */
export async function handleViewer(
  settings: ViewerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = await replyTo(settings, request, response).catch((thrown: unknown) => failed(thrown, request))
  if (reply !== null && !response.destroyed) send(request, response, reply)
}

/** Null for an answer that is being sent. */
async function replyTo(
  settings: ViewerSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | null> {
  if (!['GET', 'HEAD'].includes(request.method ?? ''))
    throw new GymError('FRAME_UNKNOWN', 'the viewer only reads: GET is the one method that it has')
  const [path = '', ...query] = (request.url ?? '/').split('?')
  if (!path.startsWith(API)) return fileReply(settings, request, path)
  const asked = askedIn(settings, request, path, query.join('?'))
  const isStream = request.method === 'GET' && settings.streams.begin(asked, response)
  return isStream ? null : dataReply(settings, asked)
}

const API = '/-/api/'

/** @throws GymError UNAUTHORIZED, FORBIDDEN, ORIGIN_FOREIGN, FRAME_INVALID */
function askedIn({ gate }: ViewerSettings, request: IncomingMessage, path: string, query: string): ApiRequest {
  const { role } = admitRequest(gate, request)
  expectRole(role, ['trainer', 'observer'], 'the viewer')
  return { segments: path.slice(API.length).split('/').map(decoded), query: new URLSearchParams(query), role }
}

async function dataReply({ answer }: ViewerSettings, asked: ApiRequest): Promise<Reply> {
  const body = await answer(asked).catch((thrown: unknown) => Promise.reject(forReader(thrown, asked.role)))
  return { status: 200, type: JSON_TYPE, body: Buffer.from(body) }
}

/** Answers from runs in this thread. */
export const answererOf =
  (library: Library): Answerer =>
  async (request) =>
    Buffer.from(JSON.stringify(await answerTo(library, request)))

/** Checks the host and the origin, and no token. */
function fileReply({ gate, files }: ViewerSettings, request: IncomingMessage, path: string): Reply {
  admitRequest({ ...gate, keyring: new Keyring([]) }, request)
  const file = files.get(path)
  if (file) return { status: 200, ...file }
  throw new GymError('FRAME_UNKNOWN', `the viewer has no page ${path.slice(0, 200)}: it begins at /`)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GymError('FRAME_INVALID', 'the address is not encoded as addresses are')
  }
}

/** Trainers see which file of a record is damaged; observers see no path of the machine. */
const forReader = (thrown: unknown, role: Role): GymError =>
  role === 'trainer' && thrown instanceof GymError ? thrown : asGymError(thrown)

/** Bad values of an address are the reader's. */
const STATUS: Readonly<Record<string, number>> = { CONFIG_INVALID: 400, ESTIMATOR_UNKNOWN: 404, SIGNAL_MISSING: 404 }

function failed(thrown: unknown, request: IncomingMessage): Reply {
  const { code, message } = thrown instanceof GymError ? thrown : asGymError(thrown)
  const status = STATUS[code] ?? wireErrorOf(code).http
  if (!isForPerson(request)) return jsonReply(status, { error: { code, message } })
  return { status, type: 'text/html; charset=utf-8', body: Buffer.from(errorPage({ code, message })), ...PAGE }
}

const PAGE = { headers: ERROR_PAGE_HEADERS }

const jsonReply = (status: number, value: unknown): Reply => ({
  status,
  type: JSON_TYPE,
  body: Buffer.from(JSON.stringify(value)),
})
