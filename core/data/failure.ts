import { ERROR_CODES, type ErrorCode, GymError, messageOf } from './errors.ts'
import { randomReference } from './hash.ts'

/** Codes that user code may fail with; any other that it throws is the kernel's, and would mislead. */
const OF_USER_CODE: readonly ErrorCode[] = [
  ...(['CATALOGUE_INVALID', 'CONFIG_INVALID', 'EFFECT_FAILED', 'ENV_ASYNC', 'ENV_INVALID', 'ENV_TIMEOUT'] as const),
  ...(['EPISODE_ABORTED', 'REPLAY_DIVERGED', 'STATE_NOT_PLAIN', 'STATE_TOO_LARGE', 'TASK_UNKNOWN'] as const),
]

/**
 * A failure of user code, fit for agents: its message is a place (`step 3`), the sentence of its code, and a reference.
 * What was thrown may hold private parts; it is the `cause`, and goes to those who listen with `onFailure`.
 */
export class UserCodeError extends GymError {
  /** By which an operator finds the cause in the log. */
  readonly reference: string

  constructor(code: ErrorCode, place: string, cause: unknown) {
    const reference = randomReference()
    super(code, `${place}: ${ERROR_CODES[code]} (reference ${reference})`, { cause })
    this.reference = reference
  }
}

type FailureListener = (error: UserCodeError) => void
const listeners = new Set<FailureListener>()

/**
 * Hears of every failure of user code, with its cause, when it happens: for a log.
 * @returns Ends it.
 */
export function onFailure(listener: FailureListener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * What was thrown at this place, as an error that agents may see. One that is such an error stays as it is.
 * @param code Of the failure, where what was thrown has no code that user code may fail with.
 */
export function failureOf(code: ErrorCode, place: string, thrown: unknown): UserCodeError {
  if (thrown instanceof UserCodeError) return thrown
  const own = thrown instanceof GymError && OF_USER_CODE.includes(thrown.code) ? thrown.code : code
  const error = new UserCodeError(own, place, thrown)
  for (const listener of listeners) listener(error)
  return error
}

/** A reason without its reference: what is the same for all failures of one kind. */
export const withoutReference = (reason: string): string => reason.replace(/ \(reference [\w-]*\)/g, '')

/** The message, and of a failure of user code what was thrown: for developers and logs, it may hold private parts. */
export const fullMessageOf = (thrown: unknown): string =>
  thrown instanceof UserCodeError ? `${thrown.message}: ${fullMessageOf(thrown.cause)}` : messageOf(thrown)
