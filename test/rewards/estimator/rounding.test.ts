import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactSumOf, inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import { estimators } from '../../../registry/index.ts'
import gpg from '../../../rewards/advantage/gpg.ts'
import graphGpo from '../../../rewards/advantage/graph-gpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import passAtK from '../../../rewards/advantage/pass-at-k.ts'
import { spreadOf } from '../../../rewards/credit/compare.ts'
import { ROUNDING } from '../../../rewards/estimator/rounding.ts'
import { whitened } from '../../../rewards/estimator/sequences.ts'
import { momentsOf, normalised } from '../../../rewards/estimator/statistics.ts'

const one = (count: number) => ({ ids: new Int32Array(count), count: 1 })
const scored = (values: readonly number[], options: object = {}) =>
  normalised(one(values.length), Float64Array.from(values), {
    norm: 'mean_std_norm',
    epsilon: 0,
    single: 'zero',
    ...options,
  })
const near = (...values: readonly number[]) => values.map((value) => expect.closeTo(value, 9))

/** A double as a multiple of 2^-1074, exactly. */
function unitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const size = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1)
  return value < 0 ? -size : size
}
const sumOf = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n)
const absolute = (value: bigint): bigint => (value < 0n ? -value : value)
/** a / b to some 17 digits, both of any size. */
const ratioOf = (a: bigint, b: bigint): number => Number((a * 10n ** 20n) / b) / 1e20

/** Standings by exact rationals: n (v - mean) / (n std), the root taken of a ratio of integers. */
function exactStandings(values: readonly number[], correction: number): readonly number[] {
  const units = values.map(unitsOf)
  const n = BigInt(units.length)
  const total = sumOf(units)
  const leads = units.map((each) => n * each - total)
  const squares = sumOf(leads.map((lead) => lead * lead))
  const ratio = (lead: bigint): number => ratioOf(lead * lead * (n - BigInt(correction)), squares)
  return leads.map((lead) => (lead < 0n ? -1 : 1) * (squares === 0n ? 0 : Math.sqrt(ratio(lead))))
}

const anyValue = fc.double({ noNaN: true, noDefaultInfinity: true })

describe('means and deviations', () => {
  it('are those of exact arithmetic, for values of any size', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 2, maxLength: 12 }),
        fc.constantFrom(0 as const, 1 as const),
        (values, correction) => {
          const units = values.map(unitsOf)
          const [least, greatest] = [Math.min(...values), Math.max(...values)]
          fc.pre(greatest / 2 - least / 2 > 1e-6 * Math.max(Math.abs(least), Math.abs(greatest)))
          const ours = scored(values, { correction })
          exactStandings(values, correction).forEach((exact, at) => {
            expect(ours[at]).toBeCloseTo(exact, 8)
          })
          const mean = momentsOf(one(values.length), Float64Array.from(values)).means[0] ?? Number.NaN
          const off = absolute(unitsOf(mean) * BigInt(values.length) - sumOf(units))
          const largest = units.reduce((most, each) => (absolute(each) > most ? absolute(each) : most), 0n)
          if (off > BigInt(values.length)) expect(ratioOf(off, largest * BigInt(values.length))).toBeLessThan(1e-15)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('do not leave the range of numbers', () => {
    const standings = near(1.154700538, -0.577350269, -0.577350269)
    for (const value of [1, 1e200, 1.7e308, 1e-200, 5e-324]) expect([...scored([value, 0, 0])]).toEqual(standings)
    expect([...scored([1.7e308, -1.7e308])]).toEqual(near(Math.SQRT1_2, -Math.SQRT1_2))
    const centred = scored([1e200, 0, 0], { norm: 'mean_norm' })
    expect([...centred.map((value) => value / 1e200)]).toEqual(near(2 / 3, -1 / 3, -1 / 3))
    expect([...whitened(Float64Array.of(1e200, 0, 0), Uint8Array.of(1, 1, 1), 'paper')]).toEqual(standings)
    const batch = parseBatch({ trajectory: ['a', 'b', 'c'], group: ['g', 'g', 'g'], signals: { env: [1e200, 0, 0] } })
    for (const mode of ['paper', 'reference']) expect([...grpo.compute(batch, { mode }).advantages]).toEqual(standings)
    expect(spreadOf(grpo.compute(batch)).deviation).toBeCloseTo(1, 9)
  })
})

describe('equality within rounding', () => {
  const thirds = {
    trajectory: ['a', 'a', 'b', 'c'],
    group: ['g', 'g', 'g', 'g'],
    anchors: { text: ['s', 't', 's', 's'] },
    signals: { env: [0.1, 0.2, 0.3, 0.3] },
  }
  const advantages = (estimator: typeof grpo, columns: object, options: object = {}) => {
    const batch = parseBatch(columns)
    return [...inSourceOrder(batch, estimator.compute(batch, { ...options }).advantages)]
  }

  it('is by the largest value of the group', () => {
    expect([...scored([1, 1 + 2 ** -46, 1 - 2 ** -46])]).toEqual([0, 0, 0])
    expect([...scored([1e-9, 0, -1e-9, 0])]).not.toContain(Number.NaN)
    expect(scored([1 + 1e-12, 1])[0]).toBeCloseTo(Math.SQRT1_2, 2)
    expect(scored([1 + 2 ** -46, 1], { mode: 'reference' })[0]).toBeCloseTo(Math.SQRT1_2, 2)
    expect(ROUNDING).toBe(2 ** -44)
  })

  it('makes episodes that earn .1 and .2, .3 and .3 equal', () => {
    expect(advantages(grpo, thirds, { epsilon: 0 })).toEqual([0, 0, 0, 0])
    expect(grpo.compute(parseBatch(thirds)).diagnostics.groups.zeroVariance).toBe(1)
    const tenth = { trajectory: Array.from({ length: 1001 }, (_, at) => (at < 1000 ? 'a' : 'b')) }
    const env = tenth.trajectory.map((id) => (id === 'a' ? 0.001 : 1))
    const long = { ...tenth, group: env.map(() => 'g'), signals: { env } }
    expect(new Set(advantages(grpo, long, { epsilon: 0 }))).toEqual(new Set([0]))
    expect(new Set(advantages(passAtK, long, { epsilon: 0 }))).toEqual(new Set([0]))
  })

  it('leaves no HGPO level that is 0 except for rounding', () => {
    const options = { gamma: 1, historyLength: 1 }
    const columns = {
      trajectory: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c'],
      group: Array.from({ length: 8 }, () => 'g'),
      anchors: { text: ['r', 's', 't', 'r', 's', 'u', 'q', 's'] },
    }
    const exact = { ...columns, signals: { env: [0, 0.1, 0.2, 0, 0.3, 0, 0, 0] } }
    const whole = { ...columns, signals: { env: [0, 1, 2, 0, 3, 0, 0, 0] } }
    const [ours, clean] = [exact, whole].map((each) => advantages(hgpo, each, { ...options, norm: 'mean_norm' }))
    expect(ours).toEqual(near(...(clean ?? []).map((value) => value / 10)))
  })

  it('treats a score that is 0 except for rounding as 0 in GPG', () => {
    const columns = {
      trajectory: ['a', 'a', 'a', 'b', 'c'],
      group: ['g', 'g', 'g', 'g', 'g'],
      signals: { env: [0.1, 0.2, -0.3, 1, 0] },
    }
    const clean = { ...columns, signals: { env: [1, 2, -3, 1, 0] } }
    expect(advantages(gpg, columns)).toEqual(advantages(gpg, clean))
    const tokens = { trajectory: ['a', 'b'], group: ['g', 'g'], perToken: { env: [[0.1, 0.2, -0.3], [0]] } }
    expect(advantages(gpg, tokens, { scoreOf: 'row' })).toEqual([0, 0])
  })

  it('counts ten tenths as a success at 1', () => {
    const rows = [...Array.from({ length: 10 }, () => 'a'), 'b']
    const env = rows.map((id) => (id === 'a' ? 0.1 : 0))
    const text = rows.map((_, row) => `${row % 10}`)
    const columns = { trajectory: rows, group: rows.map(() => 'g'), anchors: { text }, signals: { env } }
    const batch = parseBatch(columns)
    expect(graphGpo.compute(batch, { successReward: 1 }).diagnostics.warnings).toEqual([])
  })

  it('lets sums lose nothing of their terms', () => {
    expect(exactSumOf([0.1, 0.2, -0.3])).toBe(0)
    expect(exactSumOf([1e8, 1e-5, -1e8])).toBe(1e-5)
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 }), (terms) => {
        const off = absolute(unitsOf(exactSumOf(terms)) - sumOf(terms.map(unitsOf)))
        const size = sumOf(terms.map((term) => absolute(unitsOf(term))))
        if (off > 0n) expect(ratioOf(off, size)).toBeLessThan(2.3e-16)
      }),
    )
  })

  it('estimators of whole episodes return 0 for scores that are equal except for rounding, with any epsilon', async () => {
    const rows = ['a', 'a', 'b', 'b', 'c', 'c']
    const columns = {
      trajectory: rows,
      group: rows.map(() => 'g'),
      anchors: { text: ['s', 't', 's', 't', 's', 't'] },
      action: ['x', 'x', 'x', 'x', 'x', 'x'],
      lineage: rows,
      signals: {
        env: [0.1, 0.2, 0.3, 0, 0, 0.3],
        turn: rows.map(() => 0.1),
        process: rows.map(() => 0.1 + 0.2),
        value: rows.map(() => 0),
        baseline: rows.map(() => 0.3),
      },
      outcomes: { success: rows.map(() => 1) },
    }
    const batch = parseBatch(columns)
    const catalog = estimators({ userFolder: '/nowhere-to-be-found' })
    const names = [
      'dr-grpo',
      'fork-relative',
      'gpg',
      'graph-gpo',
      'grpo',
      'mt-grpo',
      'opo',
      'oprl',
      'pass-at-k',
      'prime',
    ]
    for (const name of [...names, 'crbc', 'pure', 'reinforce-plus-plus-baseline', 'remax', 'rloo']) {
      const estimator = await catalog.load(name)
      const epsilon = 'epsilon' in estimator.defaults ? { epsilon: 0 } : {}
      const form = name === 'pure' ? { form: 'strict-min' } : {}
      const { advantages: values } = estimator.compute(batch, { ...epsilon, ...form })
      expect([name, ...values]).toEqual([name, 0, 0, 0, 0, 0, 0])
    }
  })
})
