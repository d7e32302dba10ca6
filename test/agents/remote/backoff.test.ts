import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pauseMs, retryOf } from '../../../agents/remote/backoff.ts'

describe('backoff', () => {
  it('doubles up to its bound, in the upper half of each pause', () => {
    const retry = retryOf({ baseMs: 100, maxMs: 1000 })
    expect([0, 1, 2, 3, 4, 60].map((attempt) => pauseMs(retry, attempt, 1))).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(pauseMs(retry, 2, 0)).toBe(200)
    fc.assert(
      fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const pause = pauseMs(retry, attempt, random)
        expect(pause).toBeGreaterThanOrEqual(50)
        expect(pause).toBeLessThanOrEqual(1000)
      }),
    )
  })

  it.each([{ attempts: -1 }, { baseMs: 0.5 }, { maxMs: Number.NaN }])('refuses %j', (retry) => {
    expect(() => retryOf(retry)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
