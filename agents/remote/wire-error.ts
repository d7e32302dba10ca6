import { ERROR_CODES, type ErrorCode, GymError, messageOf } from '../../core/data/errors.ts'

/** Codes of OpenEnv's protocol, as ours. */
const OPENENV_CODES: Readonly<Record<string, ErrorCode>> = {
  EXECUTION_ERROR: 'ENV_FAILED',
  FACTORY_ERROR: 'ENV_FAILED',
  INVALID_JSON: 'FRAME_INVALID',
  SESSION_ERROR: 'CONNECTION_LOST',
  UNKNOWN_TYPE: 'FRAME_UNKNOWN',
  VALIDATION_ERROR: 'FRAME_INVALID',
}

const isOurs = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)

/** Error of a server under our code for it; an unknown code stays in the message. */
export function wireError(code: unknown, message: unknown): GymError {
  const text = typeof message === 'string' ? message : 'the server gave no message'
  if (isOurs(code)) return new GymError(code, text)
  const name = typeof code === 'string' ? code : 'an error without a code'
  return new GymError(
    Object.hasOwn(OPENENV_CODES, name) ? (OPENENV_CODES[name] ?? 'ENV_FAILED') : 'ENV_FAILED',
    `${name}: ${text}`,
  )
}

/** How a socket was closed. */
export interface SocketClose {
  readonly status: number
  readonly reason: string
}

/** The error that a closing reason `CODE: message` names; null where it names none. */
function errorInReason(reason: string): GymError | null {
  const [, code, message = ''] = /^([A-Z_]+)(?:: (.*))?$/s.exec(reason) ?? []
  return isOurs(code) ? new GymError(code, message || 'the server closed the connection') : null
}

export const closeError = ({ status, reason }: SocketClose): GymError =>
  errorInReason(reason) ?? connectionLost(`the connection was closed with ${status}${reason && `: ${reason}`}`)

export const connectionLost = (message: string, cause?: unknown): GymError =>
  new GymError('CONNECTION_LOST', message, cause === undefined ? {} : { cause })

export const asGymError = (thrown: unknown): GymError =>
  thrown instanceof GymError ? thrown : connectionLost(messageOf(thrown), thrown)

/** Close statuses after which the session may be resumed: the network failed, or the server is away for a while. */
const PASSING: readonly number[] = [1001, 1005, 1006, 1011, 1012, 1013, 1014]

/** A session that was fenced off, was idle or must not be does not come back; what its server stopped may. */
export function mayComeBack({ status, reason }: SocketClose): boolean {
  const error = errorInReason(reason)
  return error ? mayTryAgain(error) : PASSING.includes(status)
}

const PASSING_CODES: ReadonlySet<string> = new Set([
  ...['CONNECTION_LOST', 'SERVER_STOPPING', 'CAPACITY_REACHED', 'SHARD_LOST'],
])

/** Whether what failed may succeed a little later. */
export const mayTryAgain = ({ code }: GymError): boolean => PASSING_CODES.has(code)
