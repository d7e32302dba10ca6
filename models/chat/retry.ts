/** A failure that may not happen again. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain'
  /** Milliseconds that the endpoint asks to wait; null where it does not say. */
  readonly afterMs: number | null

  constructor(message: string, afterMs: number | null = null) {
    super(message)
    this.afterMs = afterMs
  }
}

/** A request that an endpoint did not take, and would not take again. */
export class Refused extends Error {
  override readonly name = 'Refused'
  /** Status code of HTTP. */
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** An endpoint may ask for hours. */
const LONGEST_ASKED_MS = 120_000

/**
 * Milliseconds before attempt `attempt` + 1: what was asked for, else doubling up to 30 s and drawn from the upper half, so
 * that clients do not all come back at once.
 * @param random from 0 to 1
 */
export function retryPauseMs(attempt: number, afterMs: number | null, random = Math.random()): number {
  if (afterMs !== null) return Math.min(LONGEST_ASKED_MS, afterMs)
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
  return longest / 2 + (longest / 2) * random
}

/** Milliseconds of a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3); null if there is none. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null) return null
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
