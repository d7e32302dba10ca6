import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { bets, isAbove, wealthAbove } from '../../../evaluation/oracle/betting.ts'
import {
  differenceRange,
  type Interval,
  type IntervalSettings,
  intervalOf,
  methodFor,
} from '../../../evaluation/oracle/interval.ts'

const settingsOf = (given: Partial<IntervalSettings> = {}): IntervalSettings => ({
  range: { low: 0, high: 1 },
  confidence: 0.95,
  planned: 64,
  method: 'betting',
  ...given,
})
const METHODS = ['betting', 'clopper-pearson'] as const
const widthOf = ({ low, high }: Interval): number => high - low
const repeated = (count: number, value: number): readonly number[] => Array.from({ length: count }, () => value)

/**
 * The bound of a plain reading of the definition: the first mean on a fine grid that the gambler does not get rich on.
 */
function plainLowerBound(values: readonly number[], planned: number, confidence: number): number {
  const error = (1 - confidence) / 2
  for (let mean = 0.001; mean < 1; mean += 0.001) {
    let [wealth, isRich] = [1, false]
    values.forEach((value, t) => {
      const before = values.slice(0, t)
      const means = before.map((_, i) => (0.5 + before.slice(0, i + 1).reduce((a, b) => a + b, 0)) / (i + 2))
      const spread = before.reduce((sum, each, i) => sum + (each - (means[i] ?? 0)) ** 2, 0.25) / (t + 1)
      const bet = Math.min(Math.sqrt((2 * Math.log(1 / error)) / (planned * spread)), 0.9 / mean)
      wealth *= 1 + bet * (value - mean)
      isRich ||= wealth >= 1 / error
    })
    if (!isRich) return mean
  }
  return 1
}

describe('an interval for a mean', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 })

  it('lies within the range and around the mean of what came', () => {
    fc.assert(
      fc.property(shares, fc.double({ min: 0.5, max: 0.999, noNaN: true }), (values, confidence) => {
        const { low, high } = intervalOf(values, settingsOf({ confidence, planned: 40 }))
        const mean = values.length === 0 ? 0.5 : values.reduce((a, b) => a + b, 0) / values.length
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(mean + 1e-9)
        expect(high).toBeGreaterThanOrEqual(mean - 1e-9)
      }),
    )
  })

  it('has the lower bound of the plain definition', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (values) => {
        const { low } = intervalOf(values, settingsOf({ planned: 12 }))
        const plain = plainLowerBound(values, 12, 0.95)
        expect(Math.abs(Math.max(low, 0.001) - plain)).toBeLessThan(0.0021)
      }),
      { numRuns: 30 },
    )
  })

  it.each(METHODS)('is turned round with its values: %s', (method) => {
    const bits = fc.array(fc.constantFrom(0, 1), { maxLength: 30 })
    fc.assert(
      fc.property(bits, (values) => {
        const there = intervalOf(values, settingsOf({ method }))
        const back = intervalOf(
          values.map((value) => 1 - value),
          settingsOf({ method }),
        )
        expect(back.low).toBeCloseTo(1 - there.high, 9)
        expect(back.high).toBeCloseTo(1 - there.low, 9)
      }),
    )
  })

  it('moves and stretches with the range of its values', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }), (values, low, width) => {
        const plain = intervalOf(values, settingsOf())
        const moved = intervalOf(
          values.map((value) => low + width * value),
          settingsOf({ range: { low, high: low + width } }),
        )
        expect(moved.low).toBeCloseTo(low + width * plain.low, 6)
        expect(moved.high).toBeCloseTo(low + width * plain.high, 6)
      }),
    )
  })

  it.each(METHODS)('is never wider for less confidence: %s', (method) => {
    const bits = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(bits, (values) => {
        const of = (confidence: number): number => widthOf(intervalOf(values, settingsOf({ method, confidence })))
        expect(of(0.8)).toBeLessThanOrEqual(of(0.95) + 1e-9)
      }),
    )
  })

  it.each(METHODS)('has a width if all values are alike, which a Student interval has not: %s', (method) => {
    for (const value of [0, 1]) expect(widthOf(intervalOf(repeated(64, value), settingsOf({ method })))).gt(0.04)
    expect(intervalOf([], settingsOf({ method }))).toEqual({ low: 0, high: 1 })
  })

  it('has the known bounds of Clopper and Pearson', () => {
    const of = (successes: number, count: number): Interval =>
      intervalOf(
        [...repeated(successes, 1), ...repeated(count - successes, 0)],
        settingsOf({ method: 'clopper-pearson' }),
      )
    expect(of(0, 10).high).toBeCloseTo(1 - 0.025 ** 0.1, 9)
    expect(of(10, 10).low).toBeCloseTo(0.025 ** 0.1, 9)
    expect(of(3, 10).low).toBeCloseTo(0.06673951, 7)
    expect(of(3, 10).high).toBeCloseTo(0.65245285, 7)
  })

  it('is narrower by Clopper and Pearson on average, and is found so if that may be used', () => {
    for (const mean of [0, 0.02, 0.2, 0.5]) {
      const widths = METHODS.map((method) => {
        const all = Array.from({ length: 100 }, (_, round) => {
          const rng = new Rng({ word0: 5, word1: round }, 0)
          return widthOf(
            intervalOf(
              repeated(64, 0).map(() => Number(rng.chance(mean))),
              settingsOf({ method }),
            ),
          )
        })
        return all.reduce((a, b) => a + b, 0) / all.length
      })
      expect(widths[1]).toBeLessThan(widths[0] ?? 0)
    }
    expect(methodFor({ low: 0, high: 1, isTwoValued: true }, false)).toBe('clopper-pearson')
    expect(methodFor({ low: 0, high: 1, isTwoValued: true }, true)).toBe('betting')
    expect(methodFor({ low: 0, high: 1 }, false)).toBe('betting')
  })

  it('allows for every possible missing value', () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 0, max: 39 }), fc.double({ min: 0, max: 1, noNaN: true }), (all, at, v) => {
        const gap = all.map((value, index) => (index === at ? null : value))
        const filled = all.map((value, index) => (index === at ? v : value))
        const [wide, low, high] = [gap, gap.map((x) => x ?? 0), gap.map((x) => x ?? 1)].map((values) =>
          intervalOf(values, settingsOf({ planned: 40 })),
        )
        expect(wide).toEqual({ low: low?.low, high: high?.high })
        expect(filled).toHaveLength(all.length)
      }),
    )
  })

  it.each([
    [[1.5], { low: 0, high: 1 }, /1.5 is outside 0 to 1: give the range/],
    [[-0.1], { low: 0, high: 1 }, /outside/],
    [[Number.NaN], { low: 0, high: 1 }, /outside/],
    [[0.5], { low: 0, high: 1, isTwoValued: true }, /0 and 1, which are said to be all/],
  ])('refuses %j in the range %j', (values, range, message) => {
    expect(() => intervalOf(values, settingsOf({ range }))).toThrow(message)
  })

  it('takes what rounding adds to a sum', () => {
    expect(intervalOf([0.1 + 0.2 + 0.7, 1 + 1e-12], settingsOf()).high).toBe(1)
    expect(differenceRange({ low: -1, high: 3 })).toEqual({ low: -4, high: 4 })
  })
})

describe('betting on a mean', () => {
  it('makes no one rich against the true mean, on average', () => {
    const [count, values] = [4000, 20]
    let wealth = 0
    for (let round = 0; round < count; round++) {
      const rng = new Rng({ word0: 3, word1: round }, 0)
      const drawn = Array.from({ length: values }, () => (rng.chance(0.2) ? 1 : 0))
      const stakes = bets(drawn, values, 0.025)
      let product = 1
      drawn.forEach((value, t) => {
        product *= 1 + Math.min(stakes[t] ?? 0, 0.9 / 0.2) * (value - 0.2)
      })
      wealth += product / count
    }
    expect(wealth).toBeGreaterThan(0.7)
    expect(wealth).toBeLessThan(1.3)
  })

  it('is the less profitable the higher the mean that is bet against', () => {
    const values = [0, 1, 1, 0.5, 1, 1]
    const stakes = bets(values, 6, 0.05)
    const wealths = [0, 0.2, 0.4, 0.6, 0.8, 1].map((mean) => wealthAbove(values, stakes, mean))
    expect(wealths).toEqual([...wealths].sort((a, b) => b - a))
  })

  it.each([
    ['the mean is at the border', 0.3, 0.3],
    ['the mean is below the border', 0.1, 0.3],
  ])('is fooled less often than stated where %s, though asked after every value', (_, mean, border) => {
    const [rounds, error] = [1500, 0.1]
    let fooled = 0
    for (let round = 0; round < rounds; round++) {
      const rng = new Rng({ word0: 17, word1: round }, 0)
      const values = Array.from({ length: 60 }, () => (rng.chance(mean) ? 1 : 0))
      if (values.some((_, t) => isAbove(values.slice(0, t + 1), border, 60, error))) fooled++
    }
    expect(fooled / rounds).toBeLessThanOrEqual(error + 3 * Math.sqrt((error * (1 - error)) / rounds))
  })
})

/** Distributions over [0, 1] that are hard in their own way, with their means. */
const DISTRIBUTIONS: readonly [string, number, (rng: Rng) => number][] = [
  ['a rare success', 0.02, (rng) => Number(rng.chance(0.02))],
  ['a rare failure', 0.97, (rng) => Number(rng.chance(0.97))],
  ['a coin', 0.5, (rng) => Number(rng.chance(0.5))],
  ['a scale', 0.5, (rng) => rng.float()],
  ['a difference that is mostly nothing', 0.52, (rng) => (rng.chance(0.9) ? 0.5 : Number(rng.chance(0.7)))],
  ['small scores with a jackpot', 0.14, (rng) => (rng.chance(0.05) ? 1 : 0.1 * rng.int(0, 1) + 0.0447368421052631)],
]

describe.each([0.95, 0.8])('intervals at the rate %d', (confidence) => {
  const rounds = 600
  const least = confidence - 3 * Math.sqrt((confidence * (1 - confidence)) / rounds)

  it.each(DISTRIBUTIONS)('hold the mean of %s at least so often', (_, mean, draw) => {
    for (const planned of [8, 40]) {
      let held = 0
      for (let round = 0; round < rounds; round++) {
        const rng = new Rng({ word0: planned, word1: round }, 0)
        const values = Array.from({ length: planned }, () => draw(rng))
        const { low, high } = intervalOf(values, settingsOf({ confidence, planned }))
        if (low <= mean + 1e-9 && mean - 1e-9 <= high) held++
      }
      expect(held / rounds).toBeGreaterThanOrEqual(least)
    }
  })
})
