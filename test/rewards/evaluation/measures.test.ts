import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chosenSample, doublings, SELECTION_RULES } from '../../../rewards/evaluation/best-of-n.ts'
import {
  criticPrediction,
  earliestErrorScores,
  firstBelow,
  thresholdSweep,
} from '../../../rewards/evaluation/earliest-error.ts'
import { oneToManyScores, STEP_AGGREGATES } from '../../../rewards/evaluation/one-to-many.ts'
import { aurocOf, probabilityScores } from '../../../rewards/evaluation/probability.ts'
import { signalScores } from '../../../rewards/evaluation/step-signal.ts'

const scores = fc.array(
  fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
  { maxLength: 6 },
)

describe('the first wrong step', () => {
  it('is found exactly or missed, and F1 is the harmonic mean of both classes', () => {
    expect(earliestErrorScores([2, 0, -1, -1], [2, 1, -1, null])).toEqual({
      errorAccuracy: 0.5,
      correctAccuracy: 0.5,
      f1: 0.5,
    })
    expect(earliestErrorScores([1, -1], [0, 0])).toEqual({ errorAccuracy: 0, correctAccuracy: 0, f1: 0 })
  })

  it('has no score for a class that no solution is of', () => {
    expect(earliestErrorScores([-1], [-1])).toEqual({ errorAccuracy: null, correctAccuracy: 1, f1: null })
    expect(earliestErrorScores([], [])).toEqual({ errorAccuracy: null, correctAccuracy: null, f1: null })
  })

  it('is the first reward strictly below a threshold', () => {
    expect([firstBelow([0.5, 0.4], 0.5), firstBelow([0.5], 0.5), firstBelow([], 1)]).toEqual([1, -1, -1])
  })

  it('is swept in twenty thresholds, and nothing is below the first', () => {
    const rows = thresholdSweep([{ rewards: [0, 0], label: 0 }])
    expect(rows).toHaveLength(20)
    expect(rows[0]).toMatchObject({ threshold: 0, errorAccuracy: 0 })
    expect(rows.at(-1)).toMatchObject({ threshold: 0.9500000000000003, errorAccuracy: 1 })
  })

  it.each([
    [['\\boxed{3}', '\\boxed{03}', '\\boxed{03}'], 3],
    [['\\boxed{1} \\boxed{ 2 }'], 2],
    [['\\boxed{2}', '\\boxed{1}'], 2],
    [['no box', '\\boxed{-1}'], -1],
    [['\\boxed{1.5}'], null],
    [['\\boxed{}'], null],
    [['\\boxed{1_0}'], 10],
    [['no box'], null],
    [[], null],
  ])('is read from the boxes of critiques: %j', (critiques, expected) => {
    expect(criticPrediction(critiques)).toBe(expected)
  })
})

describe('a choice among samples', () => {
  const sample = fc.record({ answer: fc.constantFrom('A', 'B'), rewards: scores, isRight: fc.boolean() })

  it('is of the first samples, and of their order only where they are equal', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 8 }), (samples) => {
        for (const rule of SELECTION_RULES) {
          const chosen = chosenSample(samples, rule)
          expect(chosen).toBeGreaterThanOrEqual(0)
          expect(chosen).toBeLessThan(samples.length)
        }
        const least = samples.map(({ rewards }) => (rewards.length === 0 ? -1 : Math.min(...rewards)))
        expect(chosenSample(samples, 'least')).toBe(least.indexOf(Math.max(...least)))
        const last = samples.map(({ rewards }) => rewards.at(-1) ?? -1)
        expect(chosenSample(samples, 'last')).toBe(last.indexOf(Math.max(...last)))
        const isAnyRight = samples.some(({ isRight }) => isRight)
        expect(samples[chosenSample(samples, 'first-right')]?.isRight).toBe(isAnyRight)
      }),
    )
  })

  it('has no vote of a sample without steps', () => {
    const samples = [
      { answer: 'A', rewards: [], isRight: false },
      { answer: 'B', rewards: [0.1], isRight: true },
    ]
    expect(chosenSample(samples, 'least-vote')).toBe(1)
    expect(chosenSample(samples.slice(0, 1), 'last-vote')).toBe(0)
  })

  it('is drawn as a curve over doublings', () => {
    expect([doublings(0), doublings(1), doublings(9)]).toEqual([[], [1], [1, 2, 4, 8]])
  })
})

describe('one right solution among wrong ones', () => {
  it('ranks behind wrong ones of the same score', () => {
    expect(oneToManyScores([{ right: 1, wrong: [1, 0] }])).toEqual({
      accuracy: 0,
      accuracyWithTies: 1,
      reciprocalRank: 0.5,
      behind: 0.5,
    })
    expect(oneToManyScores([])).toBeNull()
  })

  it('has steps of which every aggregate but the odds is between the least and the greatest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (steps) => {
          const { product, 'mean-odds': odds, ...others } = STEP_AGGREGATES
          for (const aggregate of Object.values(others)) {
            expect(aggregate(steps)).toBeGreaterThanOrEqual(Math.min(...steps) - 1e-12)
            expect(aggregate(steps)).toBeLessThanOrEqual(Math.max(...steps) + 1e-12)
          }
          expect(product(steps)).toBeLessThanOrEqual(Math.min(...steps) + 1e-12)
          expect(odds(steps)).toBeGreaterThanOrEqual(0)
        },
      ),
    )
  })
})

describe('probabilities', () => {
  const predictions = fc.array(
    fc.record({ probability: fc.integer({ min: 0, max: 20 }).map((n) => n / 20), happened: fc.boolean() }),
    { minLength: 1, maxLength: 20 },
  )

  it('have an area under the curve that counts every pair of a right and a wrong one', () => {
    fc.assert(
      fc.property(predictions, (all) => {
        const pairs = all.flatMap((right) =>
          right.happened
            ? all.flatMap((wrong) => (wrong.happened ? [] : [Math.sign(right.probability - wrong.probability)]))
            : [],
        )
        const plain = pairs.length === 0 ? null : pairs.reduce((sum, sign) => sum + (sign + 1) / 2, 0) / pairs.length
        const auroc = aurocOf(all)
        if (plain === null) expect(auroc).toBeNull()
        else expect(auroc).toBeCloseTo(plain, 12)
      }),
    )
  })

  it('have bins that begin at multiples of a tenth in floating point', () => {
    const happened = (probability: number, wins: number) =>
      Array.from({ length: 2 }, (_, at) => ({ probability, happened: at < wins }))
    const [shared, apart] = [
      [...happened(0.3, 2), ...happened(0.25, 0)],
      [...happened(0.3, 2), ...happened(0.35, 0)],
    ].map((each) => probabilityScores(each)?.calibrationError)
    expect(shared).toBeCloseTo(Math.abs(0.275 - 0.5), 12)
    expect(apart).toBeCloseTo((0.7 + 0.35) / 2, 12)
  })

  it('have no score without any', () => {
    expect(probabilityScores([])).toBeNull()
    expect(probabilityScores([{ probability: 1, happened: true }])).toEqual({
      brier: 0,
      calibrationError: 0,
      auroc: null,
    })
  })
})

describe('a signal of steps', () => {
  const group = (...successes: readonly number[]) =>
    successes.map((reward) => ({ rewards: [0, reward], isSuccess: reward > 0 }))

  it('is a perfect judge, a useless one, or an inverted one', () => {
    const groups = [group(1, -1, -1), group(1, 1, -1)]
    const judged = (sign: number) =>
      signalScores(
        groups.map((each) =>
          each.map(({ rewards, isSuccess }) => ({ rewards: rewards.map((r) => sign * r), isSuccess })),
        ),
      )
    expect([1, 0, -1].map((sign) => judged(sign).aggregates[0]?.pairAccuracy)).toEqual([1, 0.5, 0])
    expect([1, 0, -1].map((sign) => judged(sign).aggregates[0]?.auroc)).toEqual([1, 0.5, 0])
    expect(judged(-1).aggregates[0]?.bestOf.at(-1)).toMatchObject({
      size: 2,
      groups: 2,
      success: 0.5,
      random: 0.75,
      bound: 1,
    })
    expect(judged(1).leastAtEnd).toBe(0.5)
  })

  it('says nothing where there is nothing to compare', () => {
    const nothing = {
      aggregate: 'sum',
      pairAccuracy: null,
      pairs: 0,
      auroc: null,
      bestOf: [],
      oneToMany: null,
      probabilities: null,
    }
    expect(signalScores([])).toMatchObject({ trajectories: 0, leastAtEnd: null })
    expect(signalScores([]).aggregates[0]).toEqual(nothing)
    expect(signalScores([group(1)]).aggregates[0]).toMatchObject({ pairAccuracy: null, auroc: null })
  })
})
