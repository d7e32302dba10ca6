import { Lapsed } from './deadline.ts'
import { ERROR_CODES, type ErrorCode, GymError, messageOf } from './errors.ts'
import { randomReference } from './hash.ts'

/*
 * Functions of environments, hooks and agents are user code: how they are called, and what becomes of what they throw,
 * at once or late.
 */

/** The owner of running user code: gets what the code throws later, from a timer, an emitter or a listener. */
export interface Owner {
  /** For a log: `reward hook confidence`. */
  readonly name: string
  /** Called with what it threw late. */
  failed(thrown: unknown): void
}

/** Runs a function so that the work it starts is attributed to its owner. */
export type RunOwned = <T>(owner: Owner, act: () => T) => T

/** How owners are tracked; null while they are not. */
export let runOwned: RunOwned | null = null

/**
 * Sets how owners are tracked, for example by `AsyncLocalStorage`; null for not at all. The kernel itself catches
 * nothing: the handler of uncaught errors looks the owner up and calls `failed`.
 */
export function setRunOwned(run: RunOwned | null): void {
  runOwned = run
}

/** Calls user code for its owner. Costs nothing where owners are not tracked. */
export const owned = <T>(owner: Owner, act: () => T): T => (runOwned === null ? act() : runOwned(owner, act))

/**
 * Calls a function of the environment and reads what it returns; what either throws is the environment's failure.
 * @param place For the message: `view text`.
 * @throws GymError ENV_FAILED, ENV_INVALID
 */
export function asked<T>(place: string, call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw failureOf('ENV_FAILED', place, thrown)
  }
}

/** As `asked` while an environment is opened, for its operator: a GymError says itself what is wrong. */
export function askedByOperator<T>(place: string, call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    throw thrown instanceof GymError ? thrown : failureOf('ENV_FAILED', place, thrown)
  }
}

/** What was thrown at this place (`step 3`), as the error of the one who caused it. */
export function attributed(thrown: unknown, place: string): GymError {
  if (!(thrown instanceof Lapsed)) return failureOf('ENV_FAILED', place, thrown)
  if (thrown.isCancelled) return new GymError('EPISODE_ABORTED', 'the episode was cancelled', { cause: thrown })
  return new GymError('ENV_TIMEOUT', `${place}: ${thrown.message}`, { cause: thrown })
}

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
 * @param code of the failure, where what was thrown has no code that user code may fail with.
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
