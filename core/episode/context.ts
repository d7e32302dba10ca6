import { Deadline } from '../data/deadline.ts'
import { GymError } from '../data/errors.ts'
import { plainCopy } from '../data/plain.ts'
import { type Key, Rng } from '../data/rng.ts'
import { shown } from '../data/shown.ts'
import type { Effect, Info } from '../data/types.ts'
import { type CallEffect, NO_EFFECTS, RECORD, Tape, type TapeMode } from './effects.ts'
import type { Context, Transition } from './environment.ts'
import type { World } from './world.ts'

/** What one reset or step gets; what few ask for is made only when they do. */
export class StepContext implements Context {
  readonly resources: unknown
  readonly live: unknown
  readonly #key: Key
  readonly #step: number
  readonly #limits: TimeLimits
  readonly #kind: 'sync' | 'async'
  readonly #mode: TapeMode
  #rng: Rng | null = null
  #tape: Tape | null = null
  #deadline: Deadline | null = null

  /** @param key of the random streams, of which `step` is one */
  constructor(
    { environment, resources }: World,
    limits: TimeLimits,
    mode: TapeMode,
    live: unknown,
    key: Key,
    step: number,
  ) {
    this.resources = resources
    this.live = live
    this.#key = key
    this.#step = step
    this.#limits = limits
    this.#kind = environment.kind
    this.#mode = mode
  }

  get rng(): Rng {
    this.#rng ??= new Rng(this.#key, this.#step)
    return this.#rng
  }

  get effect(): CallEffect {
    return StepContext.tapeOf(this).call
  }

  get signal(): AbortSignal {
    return StepContext.deadlineOf(this).signal
  }

  /** For the kernel: what user code sees of a context has no such methods. */
  static deadlineOf(context: StepContext): Deadline {
    context.#deadline ??= deadlineOf(context.#limits)
    return context.#deadline
  }

  static tapeOf(context: StepContext): Tape {
    context.#tape ??= new Tape(context.#mode, context.#kind)
    return context.#tape
  }

  /** The effects of a step that has returned. @throws GymError as `Tape.finish` */
  static effectsOf(context: StepContext): readonly Effect[] {
    if (context.#tape !== null || context.#mode.kind !== 'record') return StepContext.tapeOf(context).finish()
    context.#tape = FINISHED[context.#kind]
    return NO_EFFECTS
  }
}

/** Tapes of steps that asked for no effect: they refuse what is asked for later. */
const FINISHED = { sync: finished('sync'), async: finished('async') } as const

function finished(kind: 'sync' | 'async'): Tape {
  const tape = new Tape(RECORD, kind)
  tape.finish()
  return tape
}

const DEFAULT_STEP_TIMEOUT_MS = 55_000

interface TimeLimits {
  readonly stepTimeoutMs?: number
  readonly signal?: AbortSignal
}

export const deadlineOf = ({ stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS, signal }: TimeLimits): Deadline =>
  new Deadline(stepTimeoutMs, signal)

/** A cancelled caller still closes what it opened. */
export const closingDeadlineOf = ({ stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS }: TimeLimits): Deadline =>
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
 * @throws GymError ENV_INVALID for anything that is not a transition
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
