import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { estimators } from '../../../registry/index.ts'
import { weightedSums } from '../../../rewards/estimator/rounding.ts'
import { reversedSums } from '../../../rewards/estimator/sequences.ts'

const catalog = estimators()
const all = await Promise.all(catalog.names().map((name) => catalog.load(name)))

/** A step with small decimal rewards, whose sums and means cancel often. */
const step = fc.record({
  env: fc.constantFrom(0, 0, 0.1, 0.2, 0.3, -0.1, 1),
  anchor: fc.constantFrom('s', 'u', 'v'),
  action: fc.constantFrom('x', 'y'),
  process: fc.constantFrom(0, 0.1, -0.3, 0.7),
  turn: fc.constantFrom(null, 0.1, 0.2, 0.3, 0),
  tokens: fc.integer({ min: 1, max: 3 }),
})

const batches = fc
  .array(
    fc.record({
      group: fc.constantFrom('g', 'g', 'h'),
      success: fc.constantFrom(0, 0, 1),
      steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((trajectories) => {
    const rows = trajectories.flatMap(({ steps, ...rest }, t) =>
      steps.map((each) => ({ ...each, ...rest, id: `${t}` })),
    )
    const column = <T>(of: (row: (typeof rows)[number]) => T): readonly T[] => rows.map(of)
    const perToken = (value: number) => column(({ tokens }) => Array.from({ length: tokens }, () => value))
    return parseBatch({
      trajectory: column(({ id }) => id),
      group: column(({ group }) => group),
      anchors: { text: column(({ anchor }) => anchor) },
      action: column(({ action }) => action),
      lineage: rows.map(({ id }, at) => `${id}/${at}`),
      signals: {
        env: column(({ env }) => env),
        process: column(({ process }) => process),
        gain: column(({ process }) => process),
        value: column(({ process }) => process),
        turn: column(({ turn }) => turn),
        baseline: column(() => 0.2),
      },
      outcomes: { success: column(({ success }) => success), 'answer-consistency': column(() => 0.5) },
      tokenCounts: column(({ tokens }) => tokens),
      logProbs: perToken(-0.3),
      perToken: { 'sum-pi-squared': perToken(0.5), kl: perToken(0.1) },
    })
  })

const VARIANTS: readonly JsonObject[] = [
  {},
  { epsilon: 0 },
  { norm: 'mean_norm' },
  { epsilon: 0, stepAdvantageW: -1 },
  { epsilon: 0, turnAdvantageCoef: 0.5 },
  { form: 'leave-one-out' },
  { form: 'uniform', baseline: 'token', outcomeCoef: 1 },
  { rewards: ['env', 'process', 'success'] },
]

/** Values that are not 0, though they are less than what rounding leaves of the largest. */
function leftovers(values: Float64Array): readonly number[] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return [...values].filter((value) => value !== 0 && !(Math.abs(value) > 1e-11 * largest))
}

describe('what cancels', () => {
  it.each(all)('is exactly 0 in $name, and nothing is left of rounding', (estimator) => {
    const own = VARIANTS.filter((options) =>
      Object.keys(options).every((key) => Object.hasOwn(estimator.defaults, key)),
    )
    const defaults = { invalidActionPenalty: 0, successReward: 1 }
    const known = Object.fromEntries(Object.entries(defaults).filter(([key]) => Object.hasOwn(estimator.defaults, key)))
    const choices = own.filter(({ form }) => form === undefined || accepts(estimator.name, `${form}`))
    fc.assert(
      fc.property(batches, fc.constantFrom(...choices), (batch, options) => {
        const { advantages, perToken } = estimator.compute(batch, { ...known, ...options })
        expect(leftovers(advantages)).toEqual([])
        if (perToken) expect(leftovers(perToken)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('is settled by the largest term of a sum, and left as it is in reference mode', () => {
    const terms = [0.1, 0.2, -0.3].map((value) => ({ values: Float64Array.of(value, 1) }))
    expect([...weightedSums(terms, 'paper')]).toEqual([0, 3])
    expect(weightedSums(terms, 'reference')[0]).toBeCloseTo(5.6e-17, 18)
    expect([...weightedSums([{ values: Float64Array.of(1e-30) }], 'paper')]).toEqual([1e-30])
  })

  it('is settled by the terms of a return', () => {
    const values = Float64Array.of(1, 0.1, 0.2, -0.3)
    expect([...reversedSums(Int32Array.of(0, 4), values, 1, 'paper')].slice(0, 2)).toEqual([1, 0])
    expect(reversedSums(Int32Array.of(0, 4), values, 1)[1]).not.toBe(0)
  })
})

const FORMS: Readonly<Record<string, readonly string[]>> = { 'mt-grpo': ['leave-one-out'], pure: ['uniform'] }
const accepts = (name: string, form: string): boolean => FORMS[name]?.includes(form) ?? false
