import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import type { Assigned } from '../../../rewards/credit/assign.ts'
import { agreements, spreadOf } from '../../../rewards/credit/compare.ts'
import { correlationOf, ranksOf } from '../../../rewards/credit/ranks.ts'
import type { Credit } from '../../../rewards/estimator/estimator.ts'

const batch = parseBatch({ trajectory: ['a', 'b'], group: ['g', 'g'], signals: { env: [0, 1] } })
const { diagnostics } = grpo.compute(batch)

/** Null for a row that has no advantage. */
const creditOf = (values: readonly (number | null)[]): Credit => ({
  advantages: Float64Array.from(values, (value) => value ?? 0),
  mask: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
  ...{ perToken: null, parts: {}, diagnostics },
})
const named = (estimator: string, values: readonly (number | null)[]): Assigned => ({
  estimator,
  credit: creditOf(values),
  reason: null,
})

describe('the spread of advantages', () => {
  it('is of the steps that have one', () => {
    expect(spreadOf(creditOf([1, -3, 0, 0, null]))).toEqual({
      share: 0.8,
      nonZero: 0.5,
      mean: -0.5,
      deviation: Math.sqrt(9 / 3),
      least: -3,
      most: 1,
    })
  })

  it('is unknown if none has', () => {
    const nothing = { mean: null, deviation: null, least: null, most: null }
    expect(spreadOf(creditOf([null, null]))).toEqual({ share: 0, nonZero: null, ...nothing })
    expect(spreadOf(creditOf([2])).deviation).toBeNull()
  })
})

describe('the agreement of estimators', () => {
  it('counts equal signs if neither is 0, over steps that both have', () => {
    const [pair] = agreements([named('a', [1, -1, 2, 0, 5]), named('b', [2, 1, 3, 4, null])])
    expect(pair).toMatchObject({ estimators: ['a', 'b'], steps: 4, sameSign: 2 / 3 })
  })

  it('compares every pair that has advantages, and no other', () => {
    const reason = { code: 'SIGNAL_MISSING', message: '' } as const
    const all = [named('a', [1, 2]), { estimator: 'x', credit: null, reason }, named('b', [1, 2]), named('c', [2, 1])]
    expect(agreements(all).map(({ estimators, rankCorrelation }) => [...estimators, rankCorrelation])).toEqual([
      ['a', 'b', expect.closeTo(1, 12)],
      ['a', 'c', expect.closeTo(-1, 12)],
      ['b', 'c', expect.closeTo(-1, 12)],
    ])
  })

  it('is unknown if one of the two says the same of every step', () => {
    expect(agreements([named('a', [0, 0]), named('b', [1, 2])])).toEqual([
      { estimators: ['a', 'b'], steps: 2, sameSign: null, rankCorrelation: null },
    ])
    expect(agreements([named('a', [1, null]), named('b', [null, 2])])[0]).toMatchObject({
      steps: 0,
      rankCorrelation: null,
    })
  })
})

describe('ranks', () => {
  const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 20 })

  it('are one more than the number of lesser values, ties sharing their mean', () => {
    fc.assert(
      fc.property(values, (all) => {
        const expected = all.map(
          (value) =>
            all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2,
        )
        expect([...ranksOf(Float64Array.from(all))]).toEqual(expected)
      }),
    )
  })

  it('make a correlation that no rising function of one side changes', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const count = Math.min(a.length, b.length)
        const [x, y] = [a, b].map((each) => Float64Array.from(each.slice(0, count)))
        if (!x || !y) throw new Error('two sides')
        const plain = correlationOf(ranksOf(x), ranksOf(y))
        const bent = correlationOf(ranksOf(x.map((value) => Math.exp(value))), ranksOf(y))
        if (plain === null) expect(bent).toBeNull()
        else expect(bent).toBeCloseTo(plain, 12)
      }),
    )
  })
})
