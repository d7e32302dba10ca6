import { Deadline, Lapsed } from './deadline.ts'
import type { Tape } from './effects.ts'
import type { Context } from './environment.ts'
import { GymError, messageOf } from './errors.ts'
import { type Key, Rng } from './rng.ts'

/** What one reset or step gets; the abort signal is made only when asked for. */
export class StepContext implements Context {
  readonly rng: Rng
  readonly effect: Context['effect']
  readonly resources: unknown
  readonly live: unknown
  readonly #deadline: Deadline

  constructor(key: Key, counter: number, tape: Tape, deadline: Deadline, resources: unknown, live: unknown) {
    this.rng = new Rng(key, counter)
    this.effect = tape.call
    this.resources = resources
    this.live = live
    this.#deadline = deadline
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

export function expectAsync(kind: 'sync' | 'async', late: Promise<unknown>): void {
  if (kind === 'async') return
  late.catch(() => {})
  throw new GymError('ENV_ASYNC', "reset or step returned a promise: declare the environment kind: 'async'")
}

export function expectReward(reward: unknown): void {
  if (reward === null || (typeof reward === 'number' && Number.isFinite(reward))) return
  throw new GymError('ENV_INVALID', `a reward is a finite number or null, not ${String(reward)}`)
}

/** What was thrown, as the error of the one who caused it. */
export function attributed(thrown: unknown): GymError {
  if (thrown instanceof GymError) return thrown
  const code = !(thrown instanceof Lapsed)
    ? 'ENV_FAILED'
    : thrown.message === 'cancelled'
      ? 'EPISODE_ABORTED'
      : 'ENV_TIMEOUT'
  return new GymError(code, messageOf(thrown), { cause: thrown })
}
