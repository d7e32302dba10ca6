import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import { type FrameLimits, isWireObject, parseWire, type WireObject, type WireValue } from '../../transport/json.ts'
import { asGymError, type OpenEnvCode, wireErrorOf } from '../../wire-errors.ts'
import { type RpcRequest, readRpc } from './json-rpc.ts'
import { truncateOf } from './request.ts'

/** A request of OpenEnv's protocol. */
export type Request =
  | { readonly type: 'reset'; readonly data: WireObject }
  | { readonly type: 'step'; readonly data: WireObject }
  | { readonly type: 'mcp'; readonly request: RpcRequest }
  | { readonly type: 'state' }
  | { readonly type: 'close'; readonly truncate: string | undefined }

/** Anything that is not JSON at all has an OpenEnv code of its own. */
class NotJson extends GymError {}
/** So has an environment that cannot be opened. */
class FactoryFailed extends GymError {}

/** The failure to open an environment, as OpenEnv knows it; other errors as they are. */
export function factoryFailure(error: GymError): GymError {
  if (error.code === 'ENV_UNKNOWN' || error.code === 'SERVER_STOPPING') return error
  return new FactoryFailed(error.code, error.message, { cause: error })
}

/**
 * @param text null for a frame that is not a text.
 * @throws GymError FRAME_INVALID, FRAME_UNKNOWN
 */
export function readRequest(text: string | null, limits: FrameLimits): Request {
  if (text === null) throw new NotJson('FRAME_INVALID', 'Invalid JSON: a message is text, and this frame is binary')
  const frame = parsed(text, limits)
  if (!isWireObject(frame)) throw invalid('a message is an object {"type": ...}')
  const { type, data, ...others } = frame
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalid(`a message has type and data, no ${shown(other, 80)}`)
  return requestOf(type, data)
}

function requestOf(type: WireValue | undefined, data: WireValue | undefined): Request {
  if (type === 'step') return { type, data: objectOf(data, 'step') }
  if (type === 'reset') return { type, data: objectOf(data ?? {}, 'reset') }
  if (type === 'mcp') return { type, request: readRpc(data) }
  if (type === 'close') return { type, truncate: truncateOf(closingOf(data ?? {})) }
  if (type !== 'state') throw unknownType(type)
  if (data === undefined) return { type }
  throw invalid(`${type} has no data`)
}

function closingOf(data: WireValue): WireObject {
  const { truncate = null, ...others } = objectOf(data, 'close')
  const [other] = Object.keys(others)
  if (other === undefined) return { truncate }
  throw invalid(`the data of close has truncate, no ${shown(other, 80)}`)
}

function objectOf(data: WireValue | undefined, type: string): WireObject {
  if (isWireObject(data)) return data
  throw invalid(`the data of ${type} must be an object`)
}

function parsed(text: string, limits: FrameLimits): WireValue {
  try {
    return parseWire(text, limits)
  } catch (thrown) {
    throw new NotJson('FRAME_INVALID', `Invalid JSON: ${asGymError(thrown).message}`, { cause: thrown })
  }
}

const invalid = (what: string): GymError => new GymError('FRAME_INVALID', `Invalid message: ${what}`)
const unknownType = (type: WireValue | undefined): GymError =>
  new GymError('FRAME_UNKNOWN', `Unknown message type: ${typeof type === 'string' ? type.slice(0, 80) : typeof type}`)

/** The error as a frame; `gym_code` is the code of our own. */
export function errorFrame(error: GymError, more: object = {}): string {
  const code = openEnvCodeOf(error)
  const { message, code: gym_code } = error
  const errors = code === 'VALIDATION_ERROR' ? { errors: [{ type: gym_code, loc: ['data'], msg: message }] } : {}
  return JSON.stringify({ type: 'error', data: { message, code, gym_code, ...errors, ...more } })
}

function openEnvCodeOf(error: GymError): OpenEnvCode {
  if (error instanceof NotJson) return 'INVALID_JSON'
  return error instanceof FactoryFailed ? 'FACTORY_ERROR' : wireErrorOf(error.code).openenv
}
