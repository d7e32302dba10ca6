import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { firstErrorScores } from '../../../rewards/evaluation/first-errors.ts'
import { rewardDistance, type TransitionReward } from '../../../rewards/evaluation/reward-distance.ts'
import { overOptimised, type SignalScores, signalScores } from '../../../rewards/evaluation/step-signal.ts'

/** A solution: the first wrong step, -1 for none, and how many steps there are. Wrong ones are longer. */
interface Solution {
  readonly label: number
  readonly length: number
}

const rng = new Rng({ word0: 11, word1: 12 }, 0)
const GROUPS: readonly (readonly Solution[])[] = Array.from({ length: 40 }, () => [
  ...Array.from({ length: 4 }, () => ({ label: -1, length: rng.int(2, 4) })),
  ...Array.from({ length: 4 }, () => ({ label: rng.int(0, 3), length: rng.int(5, 9) })),
])

type Judge = (solution: Solution, step: number) => number
/** What each says of a step, from 0 to 1. */
const JUDGES = {
  perfect: ({ label }, step) => Number(label === -1 || step < label),
  random: () => rng.float(),
  inverted: ({ label }, step) => Number(!(label === -1 || step < label)),
  'length-biased': ({ length }) => length / 10,
} satisfies Readonly<Record<string, Judge>>
const NAMES = ['perfect', 'random', 'inverted', 'length-biased'] as const

const judgedBy = (judge: Judge, solution: Solution): readonly number[] =>
  Array.from({ length: solution.length }, (_, step) => judge(solution, step))

const scores = Object.fromEntries(
  NAMES.map((name) => {
    const groups = GROUPS.map((group) =>
      group.map((each) => ({ rewards: judgedBy(JUDGES[name], each), isSuccess: each.label === -1 })),
    )
    return [name, signalScores(groups)]
  }),
)

const ofLeast = ({ aggregates }: SignalScores) => aggregates.find(({ aggregate }) => aggregate === 'least')

/** Measures of the table of `eval rewards`, each greater for a better judge. */
const MEASURES: Readonly<Record<string, (scores: SignalScores) => number | null | undefined>> = {
  pairs: (each) => ofLeast(each)?.pairAccuracy,
  AUROC: (each) => ofLeast(each)?.auroc,
  'one to many': (each) => ofLeast(each)?.oneToMany?.accuracy,
  MRR: (each) => ofLeast(each)?.oneToMany?.reciprocalRank,
  Brier: (each) => -(ofLeast(each)?.probabilities?.brier ?? Number.NaN),
  ECE: (each) => -(ofLeast(each)?.probabilities?.calibrationError ?? Number.NaN),
  'best of 8': (each) => ofLeast(each)?.bestOf.find(({ size }) => size === 8)?.success,
}

describe('planted judges', () => {
  it.each(Object.entries(MEASURES))('come in their order by %s: perfect, random, inverted', (_, measure) => {
    const [perfect = null, random = null, inverted = null, lengthy = null] = NAMES.map((name) => {
      const own = scores[name]
      return own && measure(own)
    })
    expect([perfect, random, inverted, lengthy].every((each) => typeof each === 'number')).toBe(true)
    expect(Number(perfect)).toBeGreaterThan(Number(random))
    expect(Number(random)).toBeGreaterThanOrEqual(Number(inverted))
    expect(Number(perfect)).toBeGreaterThan(Number(inverted))
    expect(Number(lengthy)).toBeLessThan(Number(perfect))
  })

  it.each(['pairs', 'AUROC', 'one to many', 'best of 8'])(
    'put the one that pays for length behind the random one by %s',
    (name) => {
      const [random, lengthy] = ['random', 'length-biased'].map((judge) => {
        const own = scores[judge]
        return Number(own && MEASURES[name]?.(own))
      })
      expect(lengthy).toBeLessThan(Number(random))
    },
  )

  it('come in their order by F1 of the first wrong step', () => {
    const [perfect, random, inverted, lengthy] = NAMES.map((name) => {
      const solutions = GROUPS.flat().map((each) => ({ rewards: judgedBy(JUDGES[name], each), label: each.label }))
      return Number(firstErrorScores(solutions).best?.f1)
    })
    expect(perfect).toBe(1)
    expect(random).toBeLessThan(0.7)
    expect(Number(random)).toBeGreaterThan(Number(inverted))
    expect(lengthy).toBeLessThan(0.5)
  })

  it('come in their order by the distance of rewards', () => {
    const size = 6
    const move = Array.from({ length: size }, (_, state) =>
      [state, (state + 1) % size].map((to) => Array.from({ length: size }, (_, at) => Number(at === to))),
    )
    const reward = (value: (state: number, action: number) => number): TransitionReward =>
      move.map((actions, state) => actions.map((row, action) => row.map(() => value(state, action))))
    const truth = reward((state, action) => Number(state === 4 && action === 1))
    const judges = [truth, reward(() => rng.float()), reward((state, action) => -Number(state === 4 && action === 1))]
    const distances = judges.map((judge) => rewardDistance(truth, judge, { transition: move, discount: 0.9 }, 'value'))
    expect(distances).toEqual([expect.closeTo(0, 9), expect.any(Number), expect.closeTo(2, 9)])
    expect(Number(distances[1])).toBeGreaterThan(0.1)
    expect(Number(distances[1])).toBeLessThan(1.95)
    // Every step pays the same: no policy is better than another.
    expect(
      rewardDistance(
        truth,
        reward(() => 1),
        { transition: move, discount: 0.9 },
        'value',
      ),
    ).toBeNull()
  })
})

describe('a signal that is optimised too far', () => {
  const group = [
    { rewards: [0.5], isSuccess: true },
    { rewards: [0.9], isSuccess: false },
  ]

  it('is seen where the chosen ones score more and succeed less', () => {
    const [sum] = signalScores([group]).aggregates
    const falls = sum && overOptimised(sum)
    expect(falls?.map(({ size, success, score }) => [size, success, score])).toEqual([
      [1, 1, 0.5],
      [2, 0, 0.9],
    ])
    expect(falls?.[1]?.divergence).toBeCloseTo(Math.log(2) - 0.5, 12)
  })

  it('is not where success stays or rises', () => {
    const [sum] = signalScores([
      group.toReversed().map((each) => ({ ...each, rewards: [Number(each.isSuccess)] })),
    ]).aggregates
    expect(sum && overOptimised(sum)).toBeNull()
  })
})

describe('thresholds of first wrong steps', () => {
  it('are the rewards themselves where these are not from 0 to 1', () => {
    const { sweep, best } = firstErrorScores([
      { rewards: [3, -5, 2], label: 1 },
      { rewards: [3, 2], label: -1 },
    ])
    expect(sweep.map(({ threshold }) => threshold)).toEqual([-5, 2, 3, 4])
    expect(best).toMatchObject({ threshold: 2, f1: 1 })
    expect(firstErrorScores([{ rewards: [2], label: -1 }]).best).toBeNull()
    expect(firstErrorScores([])).toMatchObject({ solutions: 0, best: null })
  })

  it('are at most 100, and one above all', () => {
    const rewards = Array.from({ length: 1000 }, (_, at) => at)
    const { sweep } = firstErrorScores([{ rewards, label: 0 }])
    expect([sweep.length, sweep.at(-1)?.threshold]).toEqual([101, 1000])
  })
})
