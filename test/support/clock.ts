import { vi } from 'vitest'

const TIMERS = {
  deadlines: ['setTimeout', 'clearTimeout'],
  idleness: ['setInterval', 'clearInterval', 'performance'],
} as const

/**
 * Stops a clock until the end of the test, so that time passes when the test says so, whatever else the machine does:
 * that of deadlines, or that by which the server notices who is idle.
 */
export function stopClock(clock: keyof typeof TIMERS = 'deadlines'): void {
  vi.useFakeTimers({ toFake: [...TIMERS[clock]] })
}

/** Lets time pass, with all that it leads to. */
export const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
