import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minFormRewards } from '../../../rewards/estimator/min-form.ts'
import type { Aggregate } from '../../../rewards/shaping/aggregate.ts'
import { applyRecipe } from '../../../rewards/shaping/apply.ts'
import { withSteps } from '../../support/reward-samples.ts'
import { recipeOf, sumOf } from './terms.ts'

const totalOf = (aggregate: Aggregate, values: readonly (number | null)[]): number | null =>
  applyRecipe(recipeOf([{ signal: 'env', weight: 1, aggregate }]), withSteps('env', values)).total

const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 10 })
const temperature = fc.double({ min: 0.01, max: 10, noNaN: true })

describe('the softmin of steps', () => {
  it('is the sum of the rewards of the min form of PURE', () => {
    fc.assert(
      fc.property(numbers, temperature, (values, t) => {
        const sequences = { starts: Int32Array.of(0, values.length), mask: new Uint8Array(values.length).fill(1) }
        const rewards = minFormRewards(sequences, Float64Array.from(values), { weights: 'softmin', temperature: t })
        expect(totalOf({ kind: 'softmin', temperature: t }, values)).toBeCloseTo(sumOf([...rewards]), 9)
      }),
    )
  })

  it('lies between the least value and the mean, and nears the least', () => {
    fc.assert(
      fc.property(numbers, temperature, (values, t) => {
        const softly = totalOf({ kind: 'softmin', temperature: t }, values) ?? Number.NaN
        expect(softly).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9)
        expect(softly).toBeLessThanOrEqual(sumOf(values) / values.length + 1e-9)
      }),
    )
    expect(totalOf({ kind: 'softmin', temperature: 0.001 }, [0.5, -0.25, 1])).toBeCloseTo(-0.25, 12)
    expect(totalOf({ kind: 'softmin', temperature: 1e9 }, [0.5, -0.25, 1])).toBeCloseTo(1.25 / 3, 6)
  })
})

describe('the discounted sum of steps', () => {
  it('weighs step t with gamma^t', () => {
    expect(totalOf({ kind: 'discounted', gamma: 0.5 }, [1, 2, 4])).toBe(3)
    expect(totalOf({ kind: 'discounted', gamma: 0 }, [1, 2, 4])).toBe(1)
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, gamma) => {
        const expected = sumOf(values.map((value, at) => value * gamma ** at))
        expect(totalOf({ kind: 'discounted', gamma }, values)).toBeCloseTo(expected, 9)
      }),
    )
  })

  it('is unknown if a step is', () => {
    expect(totalOf({ kind: 'discounted', gamma: 0.5 }, [1, null])).toBeNull()
  })
})
