import { GymError } from '../../core/data/errors.ts'

/** How a lost connection is sought again. */
export interface Retry {
  /** Attempts in a row without a reply in between; 0 to give up at once. @default 10 */
  readonly attempts: number
  /** Milliseconds before the first attempt; they double from one to the next. @default 100 */
  readonly baseMs: number
  /** Milliseconds that a pause has at most. @default 5000 */
  readonly maxMs: number
}

const DEFAULT_RETRY: Retry = { attempts: 10, baseMs: 100, maxMs: 5000 }

/** @throws GymError CONFIG_INVALID for a number that is not whole or below 0. */
export function retryOf(chosen: Partial<Retry> = {}): Retry {
  const retry = { ...DEFAULT_RETRY, ...chosen }
  for (const [name, value] of Object.entries(retry))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new GymError('CONFIG_INVALID', `${name} of retry must be a whole number from 0, not ${value}`)
  return retry
}

/**
 * Milliseconds before an attempt, counted from 0: doubling up to a bound, and drawn from the upper half of that, so
 * that clients that lost one server do not all come back at once.
 * @param random from 0 to 1
 */
export function pauseMs({ baseMs, maxMs }: Retry, attempt: number, random: number): number {
  const longest = Math.min(maxMs, baseMs * 2 ** attempt)
  return longest / 2 + (longest / 2) * random
}
