import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import { type Aggregate, PLAIN_AGGREGATES, type PlainAggregate } from '../../../rewards/shaping/aggregate.ts'
import { applyRecipe, type Combined } from '../../../rewards/shaping/apply.ts'
import type { OnNull, Recipe, Term } from '../../../rewards/shaping/recipe.ts'
import type { Clip } from '../../../rewards/shaping/transforms/clip.ts'
import { signal, step, trajectory, withSteps } from '../../support/reward-samples.ts'

const recipe = (terms: readonly Term[], onNull: OnNull = 'drop-trajectory'): Recipe => ({
  name: 'sample',
  version: 1,
  terms,
  onNull,
})

const ENV: Term = { signal: 'env', weight: 1 }

describe('the values of steps', () => {
  it('are weighted sums of the terms without an aggregate', () => {
    const steps = [1, 2].map((value, index) =>
      step({ index, rewards: [signal('env', value), signal('format', -value)] }),
    )
    const combined = applyRecipe(recipe([ENV, { signal: 'format', weight: 0.5 }]), trajectory({ steps }))
    expect(combined).toEqual({ perStep: [0.5, 1], total: null, missing: [] })
  })

  it('are absent, not zero if no term is of steps', () => {
    const combined = applyRecipe(recipe([{ ...ENV, aggregate: 'sum' }]), withSteps('env', [1, 2]))
    expect(combined).toEqual({ perStep: null, total: 3, missing: [] })
  })

  it('are clipped before they are weighted', () => {
    const { perStep } = applyRecipe(
      recipe([{ ...ENV, weight: 10, transforms: [{ kind: 'clip', low: -0.5, high: 0.5 }] }]),
      withSteps('env', [-2, 0.25, 2]),
    )
    expect(perStep).toEqual([-5, 2.5, 5])
  })

  it('may be bounded on one side only', () => {
    const clipped = (clip: Omit<Clip, 'kind'>): Combined['perStep'] =>
      applyRecipe(recipe([{ ...ENV, transforms: [{ kind: 'clip', ...clip }] }]), withSteps('env', [-2, 2])).perStep
    expect(clipped({ high: 0 })).toEqual([-2, 0])
    expect(clipped({ low: 0 })).toEqual([0, 2])
  })
})

describe('the total', () => {
  const totalOf = (aggregate: Aggregate, values: readonly (number | null)[], given: Partial<Trajectory> = {}) =>
    applyRecipe(recipe([{ ...ENV, weight: 2, aggregate }], 'drop-row'), withSteps('env', values, given))

  it.each([
    ['sum', 12],
    ['mean', 4],
    ['min', 2],
    ['max', 6],
    ['product', 48],
    ['last', 6],
  ] as const)('takes the %s of the steps, weighted', (aggregate, expected) => {
    expect(totalOf(aggregate, [4, 2, 6]).total).toBe(2 * expected)
  })

  it('takes the outcome from the trajectory itself', () => {
    expect(totalOf('outcome', [4], { rewards: [signal('env', 0.5)] }).total).toBe(1)
  })

  it('does not take a signal of steps for an outcome, nor an outcome for one of steps', () => {
    expect(totalOf('outcome', [4])).toMatchObject({
      total: null,
      missing: [{ signal: 'env', index: null, reason: 'not-recorded' }],
    })
    const outcome = trajectory({ rewards: [signal('env', 1)], steps: [step()] })
    expect(applyRecipe(recipe([{ ...ENV, aggregate: 'sum' }]), outcome).total).toBeNull()
  })

  it('is unknown if one of the steps is; the last value only if the last step is', () => {
    expect(totalOf('sum', [1, null, 2]).total).toBeNull()
    expect(totalOf('last', [1, null, 2]).total).toBe(4)
    expect(totalOf('last', [1, 2, null]).total).toBeNull()
  })

  it.each<Aggregate>([
    ...PLAIN_AGGREGATES.filter((aggregate) => aggregate !== 'outcome'),
    { kind: 'discounted', gamma: 0.5 },
    { kind: 'softmin', temperature: 1 },
  ])('is unknown, not zero, as %j of no steps', (aggregate) => {
    expect(totalOf(aggregate, [])).toEqual({
      perStep: null,
      total: null,
      missing: [{ signal: 'env', index: null, reason: 'no-steps' }],
    })
  })

  it('is unknown beyond the range of numbers', () => {
    expect(totalOf('product', [1e300, 1e300])).toMatchObject({ total: null, missing: [{ reason: 'not-finite' }] })
    const rows = applyRecipe(recipe([{ ...ENV, weight: 1e10 }], 'drop-row'), withSteps('env', [1e300, 1]))
    expect(rows).toMatchObject({ perStep: [null, 1e10], missing: [{ signal: 'env', index: 0, reason: 'not-finite' }] })
  })
})

describe('a gate', () => {
  const gated = recipe([{ ...ENV, gate: { signal: 'success', atLeast: 1 } }], 'drop-row')

  it('pays its term if the outcome reaches the threshold, and 0 where it does not', () => {
    const paid = (success: number): Combined =>
      applyRecipe(gated, withSteps('env', [1, 2], { rewards: [signal('success', success)] }))
    expect(paid(1).perStep).toEqual([1, 2])
    expect(paid(0.99)).toEqual({ perStep: [0, 0], total: null, missing: [] })
  })

  it('needs no signal of a term that it shuts out', () => {
    const shut = applyRecipe(gated, withSteps('env', [null, 2], { rewards: [signal('success', 0)] }))
    expect(shut).toEqual({ perStep: [0, 0], total: null, missing: [] })
  })

  it('makes its term unknown if its own signal is', () => {
    expect(applyRecipe(gated, withSteps('env', [1, 2]))).toEqual({
      perStep: [null, null],
      total: null,
      missing: [{ signal: 'success', index: null, reason: 'not-recorded' }],
    })
  })

  it('may look at an aggregate over steps, and shut a total', () => {
    const onSum = recipe([{ ...ENV, aggregate: 'max', gate: { signal: 'env', atLeast: 3, aggregate: 'sum' } }])
    expect(applyRecipe(onSum, withSteps('env', [1, 2])).total).toBe(2)
    expect(applyRecipe(onSum, withSteps('env', [1, 1])).total).toBe(0)
  })
})

describe('a signal that is null', () => {
  const both: readonly Term[] = [ENV, { ...ENV, aggregate: 'sum' }]
  const torn = withSteps('env', [1, null])
  const missing = [
    { signal: 'env', index: 1, reason: 'declined' },
    { signal: 'env', index: 1, reason: 'declined' },
  ]

  it('drops the trajectory', () => {
    expect(applyRecipe(recipe(both, 'drop-trajectory'), torn)).toEqual({ perStep: [null, null], total: null, missing })
  })

  it('drops the row, and the total that needs it', () => {
    expect(applyRecipe(recipe(both, 'drop-row'), torn)).toEqual({ perStep: [1, null], total: null, missing })
  })

  it('is an error that names signal, step, trajectory and reason', () => {
    const applying = (): Combined => applyRecipe(recipe(both, 'error'), torn)
    expect(applying).toThrow(GymError)
    expect(applying).toThrow(
      expect.objectContaining({
        code: 'SIGNAL_MISSING',
        message: 'recipe sample needs env of step 1 of trajectory t, which is null (declined)',
      }),
    )
  })

  it('changes nothing where no term needs it', () => {
    const steps = [step({ rewards: [signal('env', 1), signal('format', null)] })]
    expect(applyRecipe(recipe([ENV], 'error'), trajectory({ steps }))).toEqual({
      perStep: [1],
      total: null,
      missing: [],
    })
  })

  it('keeps the number of a step that does not come first, as in a fork', () => {
    const steps = [step({ index: 7, rewards: [signal('env', null)] })]
    expect(applyRecipe(recipe([ENV], 'drop-row'), trajectory({ steps })).missing).toMatchObject([{ index: 7 }])
  })
})

describe('an aborted trajectory', () => {
  it.each(['drop-trajectory', 'drop-row', 'error'] as const)('is null throughout under %s', (onNull) => {
    const aborted = withSteps('env', [1, 1], { ending: 'aborted' })
    const combined = applyRecipe(recipe([ENV, { ...ENV, aggregate: 'sum' }], onNull), aborted)
    expect(combined).toMatchObject({ perStep: [null, null], total: null })
  })
})

describe('any recipe on any trajectory', () => {
  const value = fc.option(fc.double({ min: -100, max: 100, noNaN: true }), { nil: null })
  const name = fc.constantFrom('env', 'a', 'b')
  const rewards = fc
    .dictionary(name, value)
    .map((byName) => Object.entries(byName).map(([key, item]) => signal(key, item)))
  const anyTrajectory = fc
    .record({ steps: fc.array(rewards, { maxLength: 5 }), outcome: rewards })
    .map(({ steps, outcome }) =>
      trajectory({ steps: steps.map((each, index) => step({ index, rewards: each })), rewards: outcome }),
    )
  const bound = fc.double({ min: -50, max: 50, noNaN: true })
  const aggregate = fc.option(fc.constantFrom(...PLAIN_AGGREGATES), { nil: undefined })
  const anyTerm = fc
    .record({ name, weight: bound, aggregate, gate: fc.option(bound), clip: fc.option(fc.tuple(bound, bound)) })
    .map(
      ({ name: signalName, weight, aggregate: fold, gate, clip }): Term => ({
        signal: signalName,
        weight,
        ...(fold && { aggregate: fold }),
        ...(gate !== null && { gate: { signal: 'a', atLeast: gate } }),
        ...(clip && { transforms: [{ kind: 'clip', low: Math.min(...clip), high: Math.max(...clip) }] }),
      }),
    )
  const anyRecipe = fc.array(anyTerm, { minLength: 1, maxLength: 4 }).map((terms) => recipe(terms, 'drop-row'))

  /** Written without regard to anything but the definition: NaN represents unknown, and spreads by itself. */
  const plainly = ({ terms }: Recipe, { steps, rewards: outcomes }: Trajectory): readonly number[] => {
    const read = (from: Trajectory['rewards'], term: Term): number => {
      const found = from.filter((reward) => reward.name === term.signal)[0]?.value ?? Number.NaN
      const [bounds] = term.transforms ?? []
      const { low = -1e9, high = 1e9 } = bounds?.kind === 'clip' ? bounds : {}
      return Math.min(Math.max(found, low), high)
    }
    const gateOf = ({ gate }: Term): number => {
      const outcome = gate ? read(outcomes, { signal: gate.signal, weight: 1 }) : 1
      return Number.isNaN(outcome) ? Number.NaN : Number(gate === undefined || outcome >= gate.atLeast)
    }
    const paid = (term: Term, amount: number): number => (gateOf(term) === 0 ? 0 : gateOf(term) * term.weight * amount)
    const whole = (term: Term): number => {
      const values = steps.map((each) => read(each.rewards, term))
      if (term.aggregate === 'outcome') return read(outcomes, term)
      if (values.length === 0) return Number.NaN
      if (term.aggregate === 'last') return values[values.length - 1] ?? Number.NaN
      const sum = values.reduce((a, b) => a + b, 0)
      const folds = { sum, mean: sum / values.length, min: Math.min(...values), max: Math.max(...values) }
      const fold = (name: Exclude<PlainAggregate, 'last' | 'outcome'>): number =>
        name === 'product' ? values.reduce((a, b) => a * b, 1) : folds[name]
      return typeof term.aggregate === 'string' ? fold(term.aggregate) : Number.NaN
    }
    const add = (parts: readonly number[]): number => parts.reduce((a, b) => a + b, 0)
    const rows = steps.map((each) => add(terms.filter((t) => !t.aggregate).map((t) => paid(t, read(each.rewards, t)))))
    return [...rows, add(terms.filter((t) => t.aggregate).map((t) => paid(t, whole(t))))]
  }

  it('gives what a plain version gives', () => {
    fc.assert(
      fc.property(anyRecipe, anyTrajectory, (chosen, judged) => {
        const { perStep, total } = applyRecipe(chosen, judged)
        const expected = plainly(chosen, judged)
        const hasRows = chosen.terms.some((term) => term.aggregate === undefined)
        const hasTotal = chosen.terms.some((term) => term.aggregate !== undefined)
        expect(perStep === null).toBe(!hasRows)
        const got = [...(perStep ?? []), total]
        const wanted = [...(hasRows ? expected.slice(0, -1) : []), hasTotal ? expected.at(-1) : Number.NaN]
        for (const [index, value] of wanted.entries()) {
          if (value === undefined || Number.isNaN(value)) expect(got[index]).toBeNull()
          else expect(Math.abs((got[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('gives numbers only if nothing is missing, under every rule for nulls', () => {
    fc.assert(
      fc.property(anyRecipe, anyTrajectory, (chosen, judged) => {
        const { missing } = applyRecipe(chosen, judged)
        const dropping = applyRecipe({ ...chosen, onNull: 'drop-trajectory' }, judged)
        const strict = (): Combined => applyRecipe({ ...chosen, onNull: 'error' }, judged)
        if (missing.length === 0) {
          expect(strict()).toEqual(dropping)
        } else {
          expect(strict).toThrow(GymError)
          expect([...(dropping.perStep ?? []), dropping.total].every((value) => value === null)).toBe(true)
        }
      }),
    )
  })
})
