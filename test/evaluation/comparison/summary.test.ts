import { describe, expect, it } from 'vitest'
import { expectationsOf } from '../../../evaluation/comparison/expectations.ts'
import { mostAtOnce, reportedRuns, trialRuns } from '../../../evaluation/comparison/plan.ts'
import { chosenRates, paired, summaryOf } from '../../../evaluation/comparison/summary.ts'
import { studentQuantile } from '../../../evaluation/statistics/interval.ts'
import { runWith, SMALL_PLAN } from './samples.ts'

const methods = ['oracle', 'evidence-closure-3', 'evidence-closure-2', 'crbc', 'rloo', 'random-reward', 'untrained']
const PLAN = {
  ...SMALL_PLAN,
  methods: methods.map((label) => ({ kind: 'oracle', label, isTuned: !label.startsWith('un') }) as const),
}

/** Summaries of methods with these areas on the seeds 1 and 2. */
const summaries = (areas: Readonly<Record<string, readonly [number, number]>>) =>
  summaryOf(
    PLAN,
    Object.entries(areas).flatMap(([method, [one, two]]) => [runWith(method, 1, one), runWith(method, 2, two)]),
  ).filter(({ runs }) => runs.length > 0)

describe('the runs of a plan', () => {
  it('try every rate of every tuned method on the trial seeds', () => {
    expect(trialRuns(SMALL_PLAN)).toEqual([
      { method: 'rloo', rate: 0.01, seed: 101 },
      { method: 'rloo', rate: 0.02, seed: 101 },
    ])
    expect(trialRuns({ ...SMALL_PLAN, rates: [0.01] })).toEqual([])
    expect(mostAtOnce(SMALL_PLAN)).toBe(6)
    expect(mostAtOnce({ ...SMALL_PLAN, trialSeeds: [101, 102, 103, 104] })).toBe(8)
  })

  it('report the chosen rate, and the middle one of methods without a choice', () => {
    const plan = { ...SMALL_PLAN, rates: [0.01, 0.02, 0.04], seeds: [7] }
    expect(reportedRuns(plan, new Map([['rloo', 0.04]]))).toEqual([
      { method: 'rloo', rate: 0.04, seed: 7 },
      { method: 'random-reward', rate: 0.02, seed: 7 },
      { method: 'untrained', rate: 0.02, seed: 7 },
    ])
  })
})

describe('the summary of a comparison', () => {
  it('chooses the rate with the largest mean area, the lower one of equals', () => {
    const trials = [runWith('rloo', 101, 0.4, 0.01), runWith('rloo', 101, 0.6, 0.02)]
    expect(chosenRates(SMALL_PLAN, trials)).toEqual(new Map([['rloo', 0.02]]))
    const equal = [runWith('rloo', 101, 0.5, 0.02), runWith('rloo', 101, 0.5, 0.01)]
    expect(chosenRates(SMALL_PLAN, equal)).toEqual(new Map([['rloo', 0.01]]))
  })

  it('says that the best of several rates is at the edge, never of a single one', () => {
    const runs = [runWith('rloo', 1, 0.5, 0.02)]
    expect(summaryOf(SMALL_PLAN, runs)[0]?.isAtEdge).toBe(true)
    expect(summaryOf({ ...SMALL_PLAN, rates: [0.005, 0.02, 0.04] }, runs)[0]?.isAtEdge).toBe(false)
    expect(summaryOf({ ...SMALL_PLAN, rates: [0.02] }, runs)[0]?.isAtEdge).toBe(false)
  })

  it('pairs methods by seed, with the interval of Student over the differences', () => {
    const [one, other] = summaries({ crbc: [0.8, 0.7], rloo: [0.5, 0.6] })
    if (!one || !other) throw new Error('there are two')
    const { difference, verdict } = paired(one, other)
    expect(difference?.value).toBeCloseTo(0.2, 12)
    const error = Math.sqrt(((0.3 - 0.2) ** 2 + (0.1 - 0.2) ** 2) / 1 / 2)
    expect((difference?.high ?? 0) - 0.2).toBeCloseTo(studentQuantile(0.975, 1) * error, 6)
    expect(verdict).toBe('tie')
  })

  it('calls a difference better or worse only where its interval leaves out 0', () => {
    const [one, other] = summaries({ crbc: [0.8, 0.7001], rloo: [0.6, 0.5] })
    if (!one || !other) throw new Error('there are two')
    expect(paired(one, other).verdict).toBe('better')
    expect(paired(other, one).verdict).toBe('worse')
    expect(paired({ ...one, runs: one.runs.slice(1) }, other).verdict).toBe('tie')
  })

  it('has lower medians over seeds, in which a level that was not reached is above all others', () => {
    const run = (seed: number, stepsTo80: number | null) => ({ ...runWith('rloo', seed, 1), stepsTo80 })
    const plan = { ...SMALL_PLAN, seeds: [1, 2, 3] }
    expect(summaryOf(plan, [run(1, 9), run(2, null), run(3, 5)])[0]?.stepsTo80).toBe(9)
    expect(summaryOf(plan, [run(1, 9), run(2, null), run(3, null)])[0]?.stepsTo80).toBeNull()
    const even = { ...SMALL_PLAN, seeds: [1, 2, 3, 4] }
    const [one, two, three, four] = [run(1, 9), run(2, 4), run(3, null), run(4, null)]
    expect(summaryOf(even, [one, two, three, four])[0]?.stepsTo80).toBe(9)
    expect(summaryOf(even, [run(1, null), two, three, four])[0]?.stepsTo80).toBeNull()
  })
})

describe('the expectations of a comparison', () => {
  it('are met where the order is as it should be', () => {
    const met = expectationsOf(
      summaries({
        oracle: [0.9, 0.8001],
        'evidence-closure-3': [0.8, 0.7],
        'evidence-closure-2': [0.75, 0.65],
        crbc: [0.8, 0.7],
        rloo: [0.7, 0.6001],
        'random-reward': [0.05, 0.06],
        untrained: [0.05, 0.06],
      }),
    )
    expect(met.map(({ says, isMet }) => [says, isMet])).toEqual([
      ['oracle > evidence-closure-3', true],
      ['evidence-closure-3 >= crbc', true],
      ['crbc > rloo', true],
      ['evidence-closure-2 >= rloo', true],
      ['oracle > rloo', true],
      ['random-reward < 0.1', true],
      ['random-reward is not above untrained', true],
    ])
  })

  it('are not met by a tie where one should be better, and by random rewards that teach', () => {
    const missed = expectationsOf(
      summaries({ crbc: [0.7, 0.6], rloo: [0.6, 0.7], 'random-reward': [0.3, 0.3001], untrained: [0, 0] }),
    )
    expect(missed.map(({ says, isMet }) => [says, isMet])).toEqual([
      ['crbc > rloo', false],
      ['random-reward < 0.1', false],
      ['random-reward is not above untrained', false],
    ])
  })
})
