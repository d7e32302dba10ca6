import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { withOptions } from '../../../core/reward/hook.ts'
import { dynamicBatch } from '../../../rewards/curation/sampling.ts'
import { canonicalReward, rewardDistance, type TransitionReward } from '../../../rewards/evaluation/reward-distance.ts'
import answerConsistency from '../../../rewards/hooks/answer-consistency.ts'
import anytimeBudgets from '../../../rewards/hooks/anytime-budgets.ts'
import critiqueVotes from '../../../rewards/hooks/critique-votes.ts'
import lexicographic from '../../../rewards/hooks/lexicographic.ts'
import toolrlScore from '../../../rewards/hooks/toolrl-score.ts'
import tournamentHook from '../../../rewards/hooks/tournament.ts'
import verdictVotes from '../../../rewards/hooks/verdict-votes.ts'
import { bracketOf, TOPOLOGIES, tournament } from '../../../rewards/judging/tournament.ts'
import { majorityVerdict } from '../../../rewards/judging/verdicts.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'
import { judgeGroup, judgeOutcome, said } from './group-judge.ts'

const ended = (signals: Readonly<Record<string, number | null>>) =>
  trajectory({ rewards: Object.entries(signals).map(([name, value]) => signal(name, value)) })

describe('tournaments', () => {
  it.each(TOPOLOGIES)('%s: members of strict quality: the best has 1 and the worst 0', async (topology) => {
    for (const size of [2, 3, 5, 8]) {
      const rewards = await tournament(topology, size, (a, b) => [-a, -b])
      expect(rewards[0]).toBe(1)
      expect(rewards.map(Number).every((reward) => reward >= 0 && reward <= 1)).toBe(true)
      if (topology !== 'swiss') expect(Math.min(...rewards.map(Number))).toBe(0)
    }
  })

  it('take a pair that was not judged as unknown and never as a tie', async () => {
    const broken = (a: number, b: number) => (a + b === 3 ? null : ([a, b] as const))
    expect(await tournament('anchor', 4, broken)).toEqual([0.5, 0, 1, null].map(() => expect.anything()).with(3, null))
    expect(await tournament('round-robin', 3, () => null)).toEqual([null, null, null])
    expect(await tournament('round-robin', 3, (a, b) => (b === 2 ? null : [a, b]))).toEqual([0, 1, null])
    for (const topology of ['single-elimination', 'double-elimination'] as const)
      expect(await tournament(topology, 4, () => null)).toEqual([null, null, null, null])
    expect(await tournament('swiss', 1, () => null)).toEqual([0])
  })

  it('seed so that the first two can meet only in the final', () => {
    expect(bracketOf(8)).toEqual([0, 7, 3, 4, 1, 6, 2, 5])
    expect(bracketOf(3)).toEqual([0, 1, 2])
  })

  it('are a hook that ranks any signal, and leaves out members without it', async () => {
    const members = [0.1, 900, null, 0.2].map((success) => ended({ success }))
    expect(await judgeGroup(tournamentHook, members)).toEqual([0, 1, null, 0.5])
    const [first] = await judgeGroup(withOptions(tournamentHook, { value: 'advantage' }), members)
    expect(first).toBeCloseTo(-1, 5)
    expect(await judgeGroup(tournamentHook, [ended({ success: 4 })])).toEqual([0])
  })
})

describe('recorded critiques and verdicts', () => {
  const judged = (info: JsonObject, success: number | null = 1) =>
    trajectory({ rewards: [signal('success', success)], steps: [step(), step({ index: 1, info })] })

  it('critique-votes charges steps that half of the critiques call wrong', async () => {
    const critiques = [[0], [], [0, 1], [1]]
    expect(await judgeGroup(critiqueVotes, [judged({ critiques })])).toEqual([[1, 1]])
    expect(await judgeGroup(withOptions(critiqueVotes, { vote: 'intersection' }), [judged({ critiques }, 0)])).toEqual([
      [0, 0],
    ])
    expect(await judgeGroup(withOptions(critiqueVotes, { vote: 'union' }), [judged({ critiques: [[1]] }, 0)])).toEqual([
      [0, -1],
    ])
  })

  it('critique-votes declines for critiques that do not fit the steps', async () => {
    for (const critiques of [[[2]], [[0.5]], ['0'], [], 'none', [[-1]]])
      expect(await judgeGroup(critiqueVotes, [judged({ critiques })])).toEqual([[null, null]])
    expect(await judgeGroup(critiqueVotes, [judged({ critiques: [[]] }, null)])).toEqual([[null, null]])
  })

  it('verdict-votes takes majorities, and declines where they tie or do not fit', async () => {
    const good = judged({ finalVerdicts: [true, true, false], stepVerdicts: [[1, 0]] })
    const bad = judged({ finalVerdicts: [false], stepVerdicts: [[true, true]] })
    expect(await judgeGroup(verdictVotes, [good, bad])).toEqual([0.8, 0.4])
    expect(await judgeGroup(withOptions(verdictVotes, { form: 'final' }), [good, bad])).toEqual([1, 0])
    expect(await judgeGroup(withOptions(verdictVotes, { form: 'labels' }), [good, bad])).toEqual([
      [1, 0],
      [1, 1],
    ])
    const selective = await judgeGroup(withOptions(verdictVotes, { form: 'selective' }), [good, bad])
    expect(selective).toEqual([
      [expect.closeTo(Math.SQRT1_2, 3), 0],
      [0, 0],
    ])
    const global = (await judgeGroup(withOptions(verdictVotes, { form: 'global' }), [good, bad])).flat().map(Number)
    expect(global[0]).toBeGreaterThan(global[1] ?? 0)
    for (const info of [
      { finalVerdicts: [1, 0], stepVerdicts: [[1, 1]] },
      { finalVerdicts: [1], stepVerdicts: [[1]] },
      { finalVerdicts: [1], stepVerdicts: [['yes', 1]] },
      {},
    ])
      expect(await judgeGroup(verdictVotes, [judged(info)])).toEqual([null])
    expect([majorityVerdict([]), majorityVerdict([true, false])]).toEqual([null, null])
  })

  it('anytime-budgets pays a step for answers that are right after it and later', async () => {
    const probed = (...probes: readonly (readonly number[])[]) =>
      trajectory({ steps: probes.map((scores, index) => step({ index, info: { probes: scores } })) })
    expect(await judgeGroup(anytimeBudgets, [probed([0, 1], [1]), probed([0], [0])])).toEqual([
      [0.375, expect.closeTo(0.25, 12)],
      [-0.375, -0.125],
    ])
    expect(
      await judgeGroup(withOptions(anytimeBudgets, { baseline: 'none' }), [probed([1]), probed([0], [1])]),
    ).toEqual([[1], [0.5, 0.5]])
    expect(await judgeGroup(anytimeBudgets, [trajectory({ steps: [step()] })])).toEqual([[null]])
  })
})

describe('lexicographic', () => {
  it('lets no amount of a lesser signal outweigh a greater one', async () => {
    const hook = withOptions(lexicographic, { signals: ['success', 'speed'], sigmas: [0.5, 0] })
    const members = [ended({ success: 1, speed: 0 }), ended({ success: 0, speed: 9 }), ended({ success: 0, speed: 1 })]
    expect(await judgeGroup(hook, members)).toEqual([1, 0, -1])
    expect(await judgeGroup(hook, [...members.slice(0, 1), ended({ success: 1, speed: null })])).toEqual([null, null])
  })
})

describe('answer-consistency', () => {
  it('is near 0 where all agree, and more than a half where all differ', async () => {
    const same = await judgeGroup(answerConsistency, [said('a'), said('a')])
    expect(Number(same[0])).toBeLessThan(1e-12)
    const different = await judgeGroup(
      answerConsistency,
      [...'abcdefgh'].map((answer) => said(answer)),
    )
    expect(Number(different[0])).toBeGreaterThan(0.5)
    const entropy = withOptions(answerConsistency, { measure: 'entropy' })
    expect(await judgeGroup(entropy, [said('a'), said('b')])).toEqual([Math.LN2, Math.LN2])
    expect(await judgeGroup(entropy, [said('a'), said(' ')])).toEqual([null, null])
  })
})

describe('toolrl-score', () => {
  const answer = '<think> x </think>\n<tool_call>\n{"name": "f", "parameters": {"a": 1}}\n</tool_call>'
  const wrong = answer.replace('1', '2')

  it('scores an answer by the switches that are on', async () => {
    const judge = (text: string, options: JsonObject = {}) =>
      judgeOutcome(withOptions(toolrlScore, options), said(text), { answer })
    expect(await judge(answer)).toBe(4)
    expect(await judge(answer, { scheduled: true })).toBe(4)
    expect(await judge('no', { scheduled: true })).toBe(-4)
    expect(await judge(wrong, { allOrNothing: true })).toBe(-2)
    expect(await judge(wrong, { wholeCalls: true })).toBe(1)
    expect(await judge(answer, { twoStage: true, step: 30 })).toBe(3.5)
    expect(await judgeOutcome(toolrlScore, said(answer))).toBeNull()
  })
})

describe('dynamic sampling', () => {
  it('is open until enough groups differ, and over after the last round', () => {
    const equal = { id: 'a', metric: [1, 1] }
    const mixed = { id: 'b', metric: [1, 0] }
    expect(dynamicBatch([[equal]], { groups: 1, maxRounds: 2 })).toMatchObject({ state: 'open', kept: 0, sampled: 1 })
    expect(dynamicBatch([[equal], [equal]], { groups: 1, maxRounds: 2 }).state).toBe('exhausted')
    expect(dynamicBatch([[equal], [mixed]], { groups: 1, maxRounds: 2 })).toMatchObject({
      state: 'full',
      keptByRound: [[], ['b']],
    })
  })
})

describe('distance of rewards', () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true })
  const share = fc.double({ min: 0.05, max: 1, noNaN: true })
  const table = (cell: fc.Arbitrary<number>) =>
    fc.array(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 2 }), {
      minLength: 3,
      maxLength: 3,
    })
  const world = table(share).map(
    (weights): TransitionReward =>
      weights.map((actions) => actions.map((row) => row.map((weight) => weight / row.reduce((a, b) => a + b, 0)))),
  )

  it('is 0 under shaping and scaling and 2 under negation, for STARC', () => {
    fc.assert(
      fc.property(
        world,
        table(number),
        fc.array(number, { minLength: 3, maxLength: 3 }),
        (transition, reward, potential) => {
          const dynamics = { transition, discount: 0.9 }
          const shaped = reward.map((actions, s) =>
            actions.map((row) =>
              row.map((value, next) => 3 * value + 0.9 * (potential[next] ?? 0) - (potential[s] ?? 0)),
            ),
          )
          const negated = reward.map((actions) => actions.map((row) => row.map((value) => -value)))
          const norm = Math.hypot(...canonicalReward(reward, dynamics, 'value').flat(2))
          if (norm < 1e-3) return
          expect(rewardDistance(reward, shaped, dynamics, 'value')).toBeCloseTo(0, 6)
          expect(rewardDistance(reward, negated, dynamics, 'value')).toBeCloseTo(2, 9)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('is not known for a reward that orders no policies', () => {
    const transition = [[[1]]]
    expect(rewardDistance([[[5]]], [[[1]]], { transition, discount: 0.5 }, 'value')).toBeNull()
  })
})
