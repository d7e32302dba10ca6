import { Deadline, Lapsed } from '../data/deadline.ts'
import { GymError, messageOf, textOf } from '../data/errors.ts'
import { type Key, Rng } from '../data/rng.ts'
import { seal } from '../data/seal.ts'
import type { CallEffect, Tape } from './effects.ts'
import type { Context, Transition } from './environment.ts'

/** What one reset or step gets; what few ask for is made only when they do. */
export class StepContext implements Context {
  readonly rng: Rng
  readonly resources: unknown
  readonly live: unknown
  readonly #tape: Tape
  readonly #deadline: Deadline

  constructor(key: Key, counter: number, tape: Tape, deadline: Deadline, resources: unknown, live: unknown) {
    this.rng = new Rng(key, counter)
    this.resources = resources
    this.live = live
    this.#tape = tape
    this.#deadline = deadline
  }

  get effect(): CallEffect {
    return this.#tape.call
  }

  get signal(): AbortSignal {
    return this.#deadline.signal
  }
}

const DEFAULT_STEP_TIMEOUT_MS = 55_000

interface Limits {
  readonly stepTimeoutMs?: number
  readonly signal?: AbortSignal
}

export const deadlineOf = ({ stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS, signal }: Limits): Deadline =>
  new Deadline(stepTimeoutMs, signal)

/** Whoever was cancelled still closes what it opened. */
export const closingDeadlineOf = ({ stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS }: Limits): Deadline =>
  new Deadline(stepTimeoutMs)

export function expectAsync(kind: 'sync' | 'async', late: Promise<unknown>): void {
  if (kind === 'async') return
  Promise.resolve(late).catch(() => {})
  throw new GymError('ENV_ASYNC', "reset or step returned a promise: declare the environment kind: 'async'")
}

/** @throws GymError ENV_INVALID for what is no transition: each of its fields goes into the record. */
export function expectTransition<State extends object>(given: Transition<State>): Transition<State> {
  if (typeof given !== 'object' || given === null)
    throw invalid(`step returned ${textOf(() => given)}: a transition is { state, reward, terminated }`)
  const { reward, terminated, truncated, isActionValid, info } = given
  if (reward !== null && !Number.isFinite(reward))
    throw invalid(`a reward is a finite number or null, not ${textOf(() => reward)}`)
  expectFlag('terminated', terminated)
  if (truncated !== undefined) expectFlag('truncated', truncated)
  if (isActionValid !== undefined) expectFlag('isActionValid', isActionValid)
  if (info !== undefined) expectInfo(info)
  return given
}

const invalid = (message: string): GymError => new GymError('ENV_INVALID', message)

function expectFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(`${name} of a transition is true or false, not ${textOf(() => value)}`)
}

const INFO = { name: 'info', code: 'ENV_INVALID', hasMinusZero: true } as const

function expectInfo(info: unknown): void {
  if (typeof info !== 'object' || info === null || Array.isArray(info))
    throw invalid(`info of a transition is an object, not ${textOf(() => info)}`)
  seal(info, INFO)
}

/** Calls a function of the environment; what it throws is the environment's failure. @throws GymError ENV_FAILED */
export function asked<T>(name: string, call: () => T): T {
  try {
    return call()
  } catch (thrown) {
    if (thrown instanceof GymError) throw thrown
    throw new GymError('ENV_FAILED', `${name} threw: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** What was thrown, as the error of the one who caused it. */
export function attributed(thrown: unknown): GymError {
  if (thrown instanceof GymError) return thrown
  if (!(thrown instanceof Lapsed)) return new GymError('ENV_FAILED', messageOf(thrown), { cause: thrown })
  if (thrown.isCancelled) return new GymError('EPISODE_ABORTED', 'the episode was cancelled', { cause: thrown })
  return new GymError('ENV_TIMEOUT', thrown.message, { cause: thrown })
}
