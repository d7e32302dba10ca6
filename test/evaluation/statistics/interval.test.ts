import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { incompleteBeta, inverseOf, logGamma } from '../../../evaluation/statistics/beta.ts'
import { jackknifeInterval, meanInterval, studentQuantile } from '../../../evaluation/statistics/interval.ts'
import { normal } from '../../../evaluation/statistics/normal.ts'

describe('special functions', () => {
  it.each([
    [1, 0],
    [2, 0],
    [5, Math.log(24)],
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [0.1, 2.252712651734206],
    [101, 363.73937555556347],
  ])('log gamma of %d is %d', (value, expected) => {
    expect(logGamma(value)).toBeCloseTo(expected, 10)
  })

  it('the incomplete beta function is a power if one parameter is 1', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (x, a) => {
          expect(incompleteBeta(x, a, 1)).toBeCloseTo(x ** a, 10)
          expect(incompleteBeta(x, a, 3) + incompleteBeta(1 - x, 3, a)).toBeCloseTo(1, 10)
        },
      ),
    )
  })

  it('the incomplete beta function is the tail of a binomial for whole parameters', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
    const [n, k, p] = [12, 4, 0.3]
    let tail = 0
    for (let i = k; i <= n; i++) tail += choose(n, i) * p ** i * (1 - p) ** (n - i)
    expect(incompleteBeta(p, k, n - k + 1)).toBeCloseTo(tail, 12)
  })

  it('an inverse is found within its bounds', () => {
    expect(inverseOf((x) => x ** 3, 8, 0, 10)).toBeCloseTo(2, 12)
    expect(inverseOf((x) => x, 20, 0, 10)).toBeCloseTo(10, 12)
  })

  it('normal draws have mean 0 and deviation 1', () => {
    const rng = new Rng({ word0: 1, word1: 2 }, 0)
    const draws = Array.from({ length: 20_000 }, () => normal(rng))
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(draws.reduce((sum, x) => sum + x * x, 0) / draws.length).toBeCloseTo(1, 1)
  })
})

describe('intervals', () => {
  it.each([
    [1, 12.706204736],
    [9, 2.262157163],
    [39, 2.022690911],
    [1000, 1.96233908],
  ])("Student's 97.5 % quantile of %d degrees of freedom is %d", (freedom, expected) => {
    expect(studentQuantile(0.975, freedom)).toBeCloseTo(expected, 6)
  })

  it('a mean has the interval of the textbook', () => {
    const interval = meanInterval([4, 6, 5, 9])
    expect(interval?.value).toBe(6)
    expect((interval?.high ?? 0) - 6).toBeCloseTo((3.182446305 * Math.sqrt(14 / 3)) / 2, 6)
    expect(6 - (interval?.low ?? 0)).toBeCloseTo((interval?.high ?? 0) - 6, 12)
  })

  it('a jackknife of the mean is the interval of the mean', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6]
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length
    const parts = values.map((_, left) => mean(values.filter((_each, at) => at !== left)))
    const [jackknife, student] = [jackknifeInterval(mean(values), parts), meanInterval(values)]
    expect(jackknife?.low).toBeCloseTo(student?.low ?? 0, 10)
    expect(jackknife?.high).toBeCloseTo(student?.high ?? 0, 10)
  })

  it('one value has none', () => {
    expect(meanInterval([1])).toBeNull()
    expect(jackknifeInterval(1, [1])).toBeNull()
  })

  it('holds the mean of normal values as often as it says', () => {
    const rng = new Rng({ word0: 3, word1: 4 }, 0)
    const held = Array.from({ length: 600 }, () => meanInterval(Array.from({ length: 5 }, () => 2 + normal(rng))))
    const share = held.filter((each) => each !== null && each.low <= 2 && each.high >= 2).length / held.length
    expect(share).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / 600))
    expect(share).toBeLessThan(0.95 + 3 * Math.sqrt((0.95 * 0.05) / 600))
  })
})
