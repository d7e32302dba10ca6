import { describe, expect, it } from 'vitest'
import type { Step, Trajectory } from '../../../core/data/types.ts'
import { withOptions } from '../../../core/reward/hook.ts'
import contribution from '../../../rewards/hooks/contribution.ts'
import denoisedLabels from '../../../rewards/hooks/denoised-labels.ts'
import proverAdvantage from '../../../rewards/hooks/prover-advantage.ts'
import renorm from '../../../rewards/hooks/renorm.ts'
import successDistance from '../../../rewards/hooks/success-distance.ts'
import testDensity from '../../../rewards/hooks/test-density.ts'
import trustedProcess from '../../../rewards/hooks/trusted-process.ts'
import { densityClusters, wordEmbedding } from '../../../rewards/progress/embedding.ts'
import { successRates } from '../../../rewards/progress/prefixes.ts'
import { finalScoreIn } from '../../../rewards/progress/renorm.ts'
import { signal, step, trajectory, withSteps } from '../../support/reward-samples.ts'
import { judgeGroup } from './group-judge.ts'

const ended = (success: number | null, steps: readonly Step[] = [], given: Partial<Trajectory> = {}): Trajectory =>
  trajectory({ rewards: [signal('success', success)], steps, ...given })

/** Steps of a trajectory `own`, whose first `shared` are those of another. */
const path = (own: string, count: number, other = own, shared = 0): readonly Step[] =>
  Array.from({ length: count }, (_, index) => step({ index, trajectoryId: index < shared ? other : own }))

describe('contribution', () => {
  const saw = (nextObservation: string, index: number) =>
    step({ index, nextObservation, rewards: [signal('step-contribution', 0.2)] })

  it('is the lead over the others, and half for each step after which something happened', async () => {
    const members = [
      ended(1, [saw('Nothing happens.', 0), saw('door', 1), saw('Nothing happens', 2)]),
      ended(0, [saw('a', 0)]),
    ]
    expect(await judgeGroup(contribution, members)).toEqual([[1, 1.5, 1.5], [-0.5]])
    expect(await judgeGroup(contribution, [ended(null, [saw('a', 0)]), ended(1, [saw('a', 0)])])).toEqual([
      [null],
      [1.5],
    ])
  })

  it('is a recorded contribution of the step in its other form', async () => {
    const hook = withOptions(contribution, { form: 'contribution' })
    expect(await judgeGroup(hook, [ended(null, [saw('a', 0), step({ index: 1 })])])).toEqual([[0.7, null]])
  })

  it('sums to the outcome exactly where it is asked to, or is null where a part of the sum is not known', async () => {
    const hook = withOptions(contribution, { form: 'exact', grounding: 0 })
    const members = [ended(1, [saw('a', 0), saw('b', 1)]), ended(0, [saw('a', 0)]), ended(null, [saw('a', 0)])]
    expect(await judgeGroup(hook, members)).toEqual([[0.5, 0.5], [0], [null]])
    expect(await judgeGroup(hook, [ended(1, [saw('a', 0), step({ index: 1 })])])).toEqual([[null, null]])
  })
})

describe('success rates at points', () => {
  it('count every trajectory that passes a point, forks included', () => {
    const members = [ended(1, path('a', 2)), ended(0, path('b', 3, 'a', 1)), ended(null, path('c', 2, 'a', 2))]
    expect(successRates(members, [1, 0, null], 1)).toEqual([
      [0.5, 0.5, 1],
      [0.5, 0.5, 0, 0],
      [0.5, 0.5, 1],
    ])
    expect(successRates(members, [1, 0, null], 2)[0]).toEqual([0.5, 0.5, null])
  })
})

describe('prover-advantage', () => {
  it('is the rise of the rate of the best of k, and 0 along steps that forks share', async () => {
    const members = [ended(1, path('t0', 2)), ended(0, path('t1', 2, 't0', 1))]
    const hook = withOptions(proverAdvantage, { least: 1, best: 2 })
    expect(await judgeGroup(hook, members)).toEqual([
      [0, 0.25],
      [0, -0.75],
    ])
    expect(await judgeGroup(withOptions(hook, { form: 'effective' }), members)).toEqual([
      [0.5, 1.125],
      [0.5, -0.375],
    ])
    expect(await judgeGroup(proverAdvantage, members)).toEqual([
      [0, null],
      [0, null],
    ])
  })
})

describe('success-distance', () => {
  const at = (success: number | null, embedding: readonly number[]) => ended(success, [step({ info: { embedding } })])

  it('pays failures by how near they came to a success, and nothing where there is none', async () => {
    const judged = await judgeGroup(successDistance, [
      at(1, [1, 1]),
      at(0, [1, 2]),
      at(0, [9, 9]),
      at(0, [0, 0]),
      at(null, [1, 1]),
    ])
    const [near, far] = [0.6 / (1 + Math.exp(-5)), 0.6 / (1 + Math.exp(5))]
    expect(judged.slice(1, 3).map(Number)).toEqual([expect.closeTo(near, 12), expect.closeTo(far, 12)])
    expect([judged[0], ...judged.slice(3)]).toEqual([1, null, null])
    expect(await judgeGroup(successDistance, [at(0, [1, 1]), at(0, [2, 1])])).toEqual([0, 0])
    expect(await judgeGroup(withOptions(successDistance, { embedding: 'recorded' }), [ended(1, [step()])])).toEqual([
      null,
    ])
  })

  it('reads words where nothing is recorded', async () => {
    const saw = (success: number, nextObservation: string) => ended(success, [step({ nextObservation })])
    const [, near, far] = await judgeGroup(successDistance, [
      saw(1, 'the door is open'),
      saw(0, 'the door is shut'),
      saw(0, 'rain'),
    ])
    expect(Number(near)).toBeGreaterThan(Number(far))
    expect(wordEmbedding('a b')).toEqual(wordEmbedding('B, A!'))
  })

  it('finds clusters as DBSCAN does: a border point joins one, noise none', () => {
    const line = [0, 1, 2, 3.4, 9].map((x) => [x])
    expect(densityClusters(line, 1, 3).map((each) => each.toSorted())).toEqual([[0, 1, 2]])
    expect(densityClusters(line, 1.5, 2).map((each) => each.toSorted())).toEqual([[0, 1, 2, 3]])
    expect(densityClusters([], 1, 2)).toEqual([])
  })
})

describe('renorm', () => {
  it('shifts scored steps by the outcome, and leaves unscored ones without a value', async () => {
    const judged = (judge: string, index: number) => step({ index, info: { judge } })
    const steps = [
      judged('<final_score>3,4</final_score>', 0),
      judged('<final_score>5,4</final_score>', 1),
      step({ index: 2 }),
    ]
    expect(await judgeGroup(renorm, [ended(1, steps), ended(null, steps)])).toEqual([
      [0.75, null, 1],
      [null, null, null],
    ])
    const scored = withSteps('progress', [0.5, 0.5], { rewards: [signal('success', 0)] })
    expect(await judgeGroup(renorm, [scored])).toEqual([[-0.5, 0]])
  })

  it('reads two whole numbers and nothing else', () => {
    expect(finalScoreIn('<final_score>1,2</final_score> <final_score> 3 , 4 </final_score>')).toEqual({
      score: 3,
      most: 4,
    })
    for (const reply of [
      '',
      '<final_score>1</final_score>',
      '<final_score>1,2,3</final_score>',
      '<final_score>1.5,2</final_score>',
    ])
      expect(finalScoreIn(reply)).toBeNull()
  })
})

describe('trusted-process', () => {
  const row = (success: number, process: number | null) =>
    withSteps('progress', [process], { rewards: [signal('success', success)] })

  it('adds the process score, less where wrong answers score higher, and less later in training', async () => {
    expect(await judgeGroup(trustedProcess, [row(1, 1), row(0, 0), row(1, null)])).toEqual([1.3, 0, null])
    const [, wrong] = await judgeGroup(trustedProcess, [row(1, 0), row(0, 1)])
    expect(wrong).toBeCloseTo(0.3 * Math.exp(-1), 12)
    const [late] = await judgeGroup(withOptions(trustedProcess, { step: 500 }), [row(1, 1), row(0, 0)])
    expect(late).toBeCloseTo(1 + 0.3 * Math.exp(-1), 12)
    expect(await judgeGroup(trustedProcess, [row(1, 1), row(1, 0)])).toEqual([1, 1])
  })
})

describe('test-density', () => {
  const tested = (...turns: readonly (readonly boolean[])[]): Trajectory =>
    ended(
      null,
      turns.map((passed, index) => step({ index, effects: [{ name: 'judge', input: null, output: { passed } }] })),
    )

  it('pays rare tests more, and declines for what has no results or another number of tests', async () => {
    const [first, second, ...others] = await judgeGroup(testDensity, [
      tested([true, false], [true, true]),
      tested([true, false]),
      tested([true]),
      ended(1, [step()]),
    ])
    expect(first).toHaveLength(2)
    expect([second, ...others]).toEqual([Array.isArray(first) ? first.slice(0, 1) : first, [null], [null]])
    expect(Number(Array.isArray(first) && first[1])).toBeGreaterThan(2 * Number(Array.isArray(first) && first[0]))
  })

  it('sums to 0 over equal trajectories as an advantage', async () => {
    const judged = await judgeGroup(withOptions(testDensity, { form: 'advantage' }), [
      tested([true, false]),
      tested([false, true]),
    ])
    expect(judged.flat().map(Number)).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)])
  })
})

describe('denoised-labels', () => {
  const rated = (success: number, rates: readonly (number | null)[]) =>
    withSteps('rate', rates, { rewards: [signal('success', success)] })
  const hook = withOptions(denoisedLabels, { rates: 'rate', minAccuracy: 0.5 })

  it('softens the two steps before the first hopeless one and says nothing after it', async () => {
    expect(await judgeGroup(hook, [rated(1, [0, 0]), rated(0, [0.9, 0.25, 0.5, 0, 0.5])])).toEqual([
      [1, 1],
      [1, 0.5, 1, 0, null],
    ])
  })

  it('declines for groups that fail too often, and for failures without a hopeless step', async () => {
    expect(await judgeGroup(hook, [rated(1, [1]), rated(0, [0.5, null])])).toEqual([[1], [null, null]])
    expect(await judgeGroup(hook, [rated(0, [0])])).toEqual([[null]])
  })

  it('takes rates from forks where no signal is named', async () => {
    const members = [ended(1, path('t0', 2)), ended(1, path('t1', 2, 't0', 1)), ended(0, path('t2', 3, 't0', 1))]
    const forked = withOptions(denoisedLabels, { minAccuracy: 0.5 })
    expect((await judgeGroup(forked, members))[2]).toEqual([1, 0, null])
  })
})
