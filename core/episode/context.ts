import { plainCopy } from '../data/copy.ts'
import { Deadline } from '../data/deadline.ts'
import { GymError } from '../data/errors.ts'
import { type Key, Rng } from '../data/rng.ts'
import { shown } from '../data/shown.ts'
import type { Info } from '../data/types.ts'
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

/** A transition as it was read, once: every field is there. */
export interface ReadTransition<State extends object> extends Required<Transition<State>> {}

/**
 * Reads what `step` returned: each of its fields goes into the record.
 * @throws GymError ENV_INVALID for what is no transition
 */
export function readTransition<State extends object>(given: Transition<State>): ReadTransition<State> {
  if (typeof given !== 'object' || given === null)
    throw invalid(`step returned ${shown(given)}: a transition is { state, reward, terminated }`)
  const { state, reward, terminated, truncated = false, isActionValid = true, info } = given
  if (reward !== null && !Number.isFinite(reward))
    throw invalid(`a reward is a finite number or null, not ${shown(reward)}`)
  expectFlag('terminated', terminated)
  expectFlag('truncated', truncated)
  expectFlag('isActionValid', isActionValid)
  return { state, reward, terminated, truncated, isActionValid, info: info === undefined ? NO_INFO : readInfo(info) }
}

export const NO_INFO: Info = Object.freeze({})

const invalid = (message: string): GymError => new GymError('ENV_INVALID', message)

function expectFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(`${name} of a transition is true or false, not ${shown(value)}`)
}

const INFO = { name: 'info', code: 'ENV_INVALID', hasMinusZero: true } as const

function readInfo(info: Info): Info {
  if (typeof info !== 'object' || info === null || Array.isArray(info))
    throw invalid(`info of a transition is an object, not ${shown(info)}`)
  return plainCopy(info, INFO)
}
