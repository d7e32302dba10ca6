import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { derive, memoise } from '../../../../envs/webshop/reward/memo.ts'

describe('memoise', () => {
  it('computes once what it remembers', () => {
    const compute = vi.fn((key: number) => key * 2)
    const doubled = memoise(4, compute)
    expect([1, 2, 1, 2, 1].map(doubled)).toEqual([2, 4, 2, 4, 2])
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('remembers false', () => {
    const compute = vi.fn((_: number) => false)
    const never = memoise(1, compute)
    expect([never(1), never(2), never(1)]).toEqual([false, false, false])
    expect(compute).toHaveBeenCalledTimes(2)
  })

  it('keeps the last `limit` keys and forgets those before twice as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(30), { maxLength: 60 }), (limit, keys) => {
        const compute = vi.fn((key: number) => key + 1)
        const next = memoise(limit, compute)
        for (const key of keys) expect(next(key)).toBe(key + 1)
        const lastDistinct = [...new Set(keys.toReversed())].slice(0, limit)
        compute.mockClear()
        lastDistinct.toReversed().forEach(next)
        expect(compute).not.toHaveBeenCalled()
        for (let other = 100; other < 100 + 2 * limit; other++) next(other)
        compute.mockClear()
        keys.slice(0, 1).forEach(next)
        expect(compute).toHaveBeenCalledTimes(Math.min(1, keys.length))
      }),
    )
  })
})

describe('derive', () => {
  it('computes once an object', () => {
    const compute = vi.fn((items: readonly number[]) => items.length)
    const length = derive(compute)
    const items = [1, 2]
    expect([length(items), length(items), length([1])]).toEqual([2, 2, 1])
    expect(compute).toHaveBeenCalledTimes(2)
  })
})
