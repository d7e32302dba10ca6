import { type ErrorCode, GymError } from '../core/data/errors.ts'
import { failureOf, UserCodeError } from '../core/data/user-code.ts'

/** Codes of OpenEnv's protocol. */
export type OpenEnvCode =
  | 'INVALID_JSON'
  | 'UNKNOWN_TYPE'
  | 'VALIDATION_ERROR'
  | 'EXECUTION_ERROR'
  | 'CAPACITY_REACHED'
  | 'FACTORY_ERROR'
  | 'SESSION_ERROR'

/** How an error reaches a client. */
export interface WireError {
  readonly openenv: OpenEnvCode
  readonly http: number
  /** Status that the socket is closed with; null where the session continues. */
  readonly close: number | null
}

const ends = (openenv: OpenEnvCode, http: number, close: number): WireError => ({ openenv, http, close })
const continues = (openenv: OpenEnvCode, http: number): WireError => ({ openenv, http, close: null })

/** Errors that a client can cause or meet, by code. The wire's documentation holds the same table; a test compares. */
export const WIRE_ERRORS: Readonly<Partial<Record<ErrorCode, WireError>>> = {
  CAPACITY_REACHED: ends('CAPACITY_REACHED', 503, 1000),
  CONFIG_INVALID: ends('FACTORY_ERROR', 500, 1011),
  ENV_FAILED: continues('EXECUTION_ERROR', 500),
  ENV_INVALID: continues('EXECUTION_ERROR', 500),
  ENV_TIMEOUT: continues('EXECUTION_ERROR', 504),
  ENV_UNKNOWN: ends('SESSION_ERROR', 404, 1008),
  EPISODE_ABORTED: continues('EXECUTION_ERROR', 409),
  EPISODE_BUSY: continues('EXECUTION_ERROR', 409),
  EPISODE_ENDED: continues('EXECUTION_ERROR', 409),
  EPISODE_NEEDED: continues('EXECUTION_ERROR', 409),
  EPISODE_UNKNOWN: continues('VALIDATION_ERROR', 404),
  ESTIMATOR_UNKNOWN: continues('VALIDATION_ERROR', 404),
  EVIDENCE_INVALID: continues('VALIDATION_ERROR', 422),
  FORBIDDEN: continues('VALIDATION_ERROR', 403),
  FORK_UNSUPPORTED: continues('VALIDATION_ERROR', 409),
  FRAME_INVALID: continues('VALIDATION_ERROR', 422),
  FRAME_TOO_LARGE: continues('EXECUTION_ERROR', 413),
  FRAME_UNKNOWN: continues('UNKNOWN_TYPE', 404),
  GROUP_INVALID: continues('VALIDATION_ERROR', 409),
  HOOK_UNKNOWN: continues('VALIDATION_ERROR', 404),
  ORIGIN_FOREIGN: ends('SESSION_ERROR', 403, 1008),
  RECORD_FAILED: continues('EXECUTION_ERROR', 507),
  REQUEST_CONFLICT: continues('VALIDATION_ERROR', 409),
  SEED_INVALID: continues('VALIDATION_ERROR', 422),
  SERVER_STOPPING: ends('SESSION_ERROR', 503, 1001),
  SESSION_FENCED: ends('SESSION_ERROR', 409, 4001),
  SESSION_IDLE: ends('SESSION_ERROR', 408, 1001),
  SESSION_UNKNOWN: continues('SESSION_ERROR', 404),
  SHARD_LOST: ends('SESSION_ERROR', 503, 1012),
  SIGNAL_MISSING: continues('VALIDATION_ERROR', 409),
  SNAPSHOT_FOREIGN: continues('VALIDATION_ERROR', 409),
  SNAPSHOT_UNKNOWN: continues('VALIDATION_ERROR', 404),
  STATE_TOO_LARGE: continues('EXECUTION_ERROR', 507),
  TASK_UNKNOWN: continues('VALIDATION_ERROR', 404),
  UNAUTHORIZED: ends('SESSION_ERROR', 401, 1008),
}

/** Wire form of a code that is not in the table: a failure of the server itself. */
const UNEXPECTED: WireError = { openenv: 'EXECUTION_ERROR', http: 500, close: null }

export const wireErrorOf = (code: ErrorCode): WireError => WIRE_ERRORS[code] ?? UNEXPECTED

/**
 * What was thrown, as an error that a client may see: of what user code or the server itself threw, and of what could
 * not be recorded, only a code, a place and a reference, for it may name files or private parts.
 */
export function asGymError(thrown: unknown): GymError {
  if (!(thrown instanceof GymError)) return failureOf('ENV_FAILED', 'the server', thrown)
  if (!FOR_OPERATORS.includes(thrown.code) || thrown.cause instanceof UserCodeError) return thrown
  return failureOf(thrown.code, 'the server', thrown)
}

/** Their messages name files of the machine. */
const FOR_OPERATORS: readonly ErrorCode[] = ['CATALOGUE_INVALID', 'RECORD_CORRUPT', 'RECORD_FAILED', 'RECORD_FOREIGN']

/** `detail` is where clients of FastAPI look. @param more fields beside */
export const errorBody = ({ code, message }: GymError, more: object = {}): string =>
  JSON.stringify({ detail: message, error: { code, message }, ...more })

/** Characters of a message where the whole one fits into no frame. */
export const SHORT_MESSAGE = 100

/** Sends the first of several texts that fits into a frame. @returns False where none does. */
export function firstThatFits(texts: readonly string[], send: (text: string) => void): boolean {
  return texts.some((text) => {
    try {
      send(text)
      return true
    } catch (thrown) {
      if (thrown instanceof GymError && thrown.code === 'FRAME_TOO_LARGE') return false
      throw thrown
    }
  })
}
