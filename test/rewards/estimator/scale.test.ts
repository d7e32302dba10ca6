import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inSourceOrder, parseBatch } from '../../../core/batch/index.ts'
import { estimators } from '../../../registry/index.ts'
import evidenceClosure from '../../../rewards/advantage/evidence-closure.ts'
import forkRelative from '../../../rewards/advantage/fork-relative.ts'
import igpo from '../../../rewards/advantage/igpo.ts'
import optimalTokenBaseline from '../../../rewards/advantage/optimal-token-baseline.ts'
import reinforce from '../../../rewards/advantage/reinforce.ts'
import stepReinforce from '../../../rewards/advantage/step-reinforce.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'

const catalog = estimators({ userFolder: '/nowhere-to-be-found' })
const everyEstimator = await Promise.all(catalog.names().map((name) => catalog.load(name)))

/** What a step was: its state, its action, and what it was paid in some unit. */
interface Step {
  readonly state: number
  readonly action: number
  readonly paid: number
}

/** Four trajectories of one group, everything that they were paid written by `write`. */
function batchOf(trajectories: readonly (readonly Step[])[], write: (paid: number) => number) {
  const steps = trajectories.flatMap((own, at) => own.map((step) => ({ ...step, at })))
  const paid = steps.map((step) => write(step.paid))
  return parseBatch({
    trajectory: steps.map(({ at }) => `${at}`),
    group: steps.map(() => 'g'),
    anchors: { text: steps.map(({ state }) => `${state}`) },
    action: steps.map(({ action }) => action),
    lineage: steps.map(({ state, action }) => `${state}.${action}`),
    signals: { env: paid, turn: paid, gain: paid, process: paid, value: paid, baseline: paid },
    outcomes: { success: steps.map(({ at }) => at % 2), 'answer-consistency': steps.map(() => 0.5) },
    perToken: { 'sum-pi-squared': steps.map(() => [0.5, 0.25]) },
    logProbs: steps.map(() => [-0.5, -1]),
  })
}

const step = fc.record({
  state: fc.integer({ min: 0, max: 2 }),
  action: fc.integer({ min: 0, max: 1 }),
  paid: fc.integer({ min: -3, max: 3 }),
})
const group = fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 4, maxLength: 4 })

const advantagesOf = (estimator: Estimator, batch: ReturnType<typeof batchOf>, options: object) =>
  inSourceOrder(batch, estimator.compute(batch, { ...options }).advantages)

/** Methods without a scale of their own, under options that add none; what advantages are multiplied by with rewards. */
const SCALED: readonly (readonly [Estimator, object, (unit: number) => number])[] = [
  [forkRelative, { epsilon: 0, invalidActionPenalty: 0 }, () => 1],
  [igpo, { epsilon: 0, varianceEpsilon: 0, pool: 'separate' }, () => 1],
  [reinforce, { varianceFloor: 0 }, () => 1],
  [stepReinforce, { epsilon: 0, leastDeviation: 0, gamma: 0.5 }, () => 1],
  [optimalTokenBaseline, { epsilon: 0 }, (unit) => unit],
  [evidenceClosure, { invalidActionPenalty: 0 }, (unit) => unit],
]

/** Returns that cancel: in tenths they leave rests beside which nothing else is large. */
const paid = (...parts: readonly (readonly [state: number, action: number, paid: number])[]): readonly Step[] =>
  parts.map(([state, action, each]) => ({ state, action, paid: each }))
const CANCELLING = [paid([0, 0, 0], [1, 0, 0]), paid([0, 1, -2]), paid([0, 0, 1], [0, 1, -1]), paid([1, 0, 0])]

describe.each(SCALED.map(([estimator, ...rest]) => [estimator.name, estimator, ...rest] as const))(
  '%s',
  (_, estimator, options, factor) => {
    it('has the advantages of whole numbers if rewards are tenths', () => {
      fc.assert(
        fc.property(group, (trajectories) => {
          const [whole, tenths] = [1, 10].map((parts) =>
            advantagesOf(
              estimator,
              batchOf(trajectories, (paid) => Number((paid / parts).toFixed(1))),
              options,
            ),
          )
          tenths?.forEach((value, row) => {
            expect(value / factor(0.1)).toBeCloseTo(whole?.[row] ?? Number.NaN, 9)
          })
        }),
        { examples: [[CANCELLING]] },
      )
    })

    it.each([2 ** 600, 2 ** -600, 2 ** 900])('has the same advantages in units of %d', (unit) => {
      fc.assert(
        fc.property(group, (trajectories) => {
          const [plain, scaled] = [1, unit].map((each) =>
            advantagesOf(
              estimator,
              batchOf(trajectories, (paid) => paid * each),
              options,
            ),
          )
          scaled?.forEach((value, row) => {
            expect(value / factor(unit)).toBeCloseTo(plain?.[row] ?? Number.NaN, 9)
          })
        }),
        { numRuns: 30 },
      )
    })
  },
)

describe.each(everyEstimator.map((estimator) => [estimator.name, estimator] as const))(
  'the estimator %s',
  (_, estimator) => {
    it('has finite advantages, whatever the unit of rewards', () => {
      fc.assert(
        fc.property(group, fc.constantFrom(2 ** 600, 2 ** -600, 2 ** 900, 2 ** -1060), (trajectories, unit) => {
          const batch = batchOf(trajectories, (paid) => paid * unit)
          expect([...estimator.compute(batch).advantages].filter((value) => !Number.isFinite(value))).toEqual([])
        }),
        { numRuns: 20 },
      )
    })
  },
)
