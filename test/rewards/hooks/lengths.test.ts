import { describe, expect, it } from 'vitest'
import { withOptions } from '../../../core/reward/hook.ts'
import exitDecay from '../../../rewards/hooks/exit-decay.ts'
import lengthTarget from '../../../rewards/hooks/length-target.ts'
import overlongPenalty from '../../../rewards/hooks/overlong-penalty.ts'
import relativeLength from '../../../rewards/hooks/relative-length.ts'
import tokenBudget from '../../../rewards/hooks/token-budget.ts'
import truncationPenalty from '../../../rewards/hooks/truncation-penalty.ts'
import { coverageOf } from '../../../rewards/lengths/target.ts'
import { signal, step, trajectory } from '../../support/reward-samples.ts'
import { answered, judgeGroup, judgeOutcome } from './group-judge.ts'

const UNKNOWN = [answered(null, 4), trajectory({ rewards: [signal('success', 1)], steps: [step()] })]

describe('hooks on length', () => {
  it('decline for a trajectory without its outcome or its tokens, and judge the others as if it were not there', async () => {
    for (const hook of [truncationPenalty, lengthTarget, relativeLength]) {
      const known = [answered(1, 4), answered(0, 8)]
      const alone = await judgeGroup(hook, known)
      expect(alone).not.toContain(null)
      expect(await judgeGroup(hook, [...known, ...UNKNOWN])).toEqual([...alone, null, null])
    }
  })

  it('truncation-penalty takes nine tenths from what was cut, by its own limit or that of the episode', async () => {
    const members = [answered(1, 3), answered(1, 3, { finish: 'length' }), answered(1, 3, { ending: 'truncated' })]
    expect(await judgeGroup(truncationPenalty, members)).toEqual([1, 0.1, 0.1])
  })

  it('overlong-penalty falls from the soft limit to the hard one', async () => {
    const hook = withOptions(overlongPenalty, { maxTokens: 20, buffer: 4, factor: 2 })
    const values = await Promise.all([16, 17, 20].map((tokens) => judgeOutcome(hook, answered(1, tokens))))
    expect(values).toEqual([0, -0.5, -2])
    expect(await judgeOutcome(hook, trajectory({ steps: [step()] }))).toBeNull()
    expect(await judgeOutcome(withOptions(overlongPenalty, { maxTokens: 3, buffer: 4 }), answered(1, 2))).toBeNull()
  })

  it('length-target pays a right answer within its target, and what its kind says beyond', async () => {
    const members = [answered(1, 4), answered(1, 9), answered(0, 4)]
    for (const [kind, values] of [
      ['reward', [1.5, 1, 0]],
      ['penalty', [1, 0.5, 0]],
      ['hybrid', [1.5, 0.5, 0]],
    ] as const)
      expect(await judgeGroup(withOptions(lengthTarget, { kind, target: 5 }), members)).toEqual(values)
  })

  it('length-target follows how hard the group is, by the lengths of its band', async () => {
    const coverage = coverageOf([2, 5, 5, 9], [3, 6])
    expect(coverage).toEqual([0.25, 0.75])
    const adaptive = withOptions(lengthTarget, { thresholds: [3, 6], low: [0, 0], medium: [0, 0], high: coverage })
    expect(await judgeGroup(adaptive, [answered(1, 3), answered(1, 4), answered(1, 9)])).toEqual([1.5, 1, 1])
    expect(await judgeGroup(adaptive, [answered(1, 3), answered(0, 4), answered(0, 9)])).toEqual([1.5, 0, 0])
  })

  it('relative-length ranks by range, by deviation, or right answers alone once the group is accurate', async () => {
    const members = [answered(1, 2), answered(1, 4), answered(1, 6), answered(0, 99)]
    const of = async (form: string) => await judgeGroup(withOptions(relativeLength, { form }), members)
    expect((await of('range'))[3]).toBe(0)
    const [short, middle, long, wrong] = await of('deviation')
    expect([middle, wrong]).toEqual([0.8, 0])
    expect(Number(short)).toBeGreaterThan(Number(long))
    expect(await of('switch')).toEqual([1, 0.8, 0.6, 0])
    expect(await judgeGroup(withOptions(relativeLength, { form: 'switch', atLeast: 0.8 }), members)).toEqual([
      1, 1, 1, 0,
    ])
  })

  it('token-budget takes the budget of each member in turns, as the agent has them', async () => {
    const members = [answered(1, 100), answered(1, 100), answered(1, 100)]
    const inTurns = await judgeGroup(withOptions(tokenBudget, { budgets: [512, 2048] }), members)
    const tagged = (budget: number) =>
      members.map((each) => ({ ...each, steps: each.steps.map((one) => ({ ...one, info: { budget } })) }))
    const [small] = await judgeGroup(tokenBudget, tagged(512))
    const [large] = await judgeGroup(tokenBudget, tagged(2048))
    expect(inTurns).toEqual([small, large, small])
    expect(small).not.toEqual(large)
  })

  it('token-budget reads budgets from records or words, and pays no answer that is wrong, cut or too long', async () => {
    const recorded = answered(1, 100)
    const withBudget = { ...recorded, steps: recorded.steps.map((each) => ({ ...each, info: { budget: 512 } })) }
    const told = {
      ...recorded,
      steps: recorded.steps.map((each) => ({ ...each, action: 'I answer within 512 tokens' })),
    }
    const wrong = { ...withBudget, rewards: [signal('success', 0)] }
    const values = await judgeGroup(tokenBudget, [withBudget, told, wrong, recorded])
    expect(values.map((value) => value !== null && Number(Number(value).toFixed(4)))).toEqual([
      3.9231,
      3.9231,
      0,
      false,
    ])
    const advantages = await judgeGroup(withOptions(tokenBudget, { value: 'advantage' }), [withBudget, wrong])
    expect(Number(advantages[0])).toBeGreaterThan(Number(advantages[1]))
  })

  it('exit-decay halves right answers from early exits to the whole path, in whatever order they come', async () => {
    const exit = (success: number | null, steps: number) =>
      trajectory({
        rewards: [signal('success', success)],
        steps: Array.from({ length: steps }, (_, index) => step({ index })),
      })
    const members = [exit(1, 5), exit(0, 2), exit(1, 1), exit(null, 3), exit(1, 4)]
    expect(await judgeGroup(exitDecay, members)).toEqual([0.25, 0, 1, null, 0.5])
    expect(await judgeGroup(withOptions(exitDecay, { value: 'advantage' }), [exit(1, 1), exit(0, 2)])).toEqual([
      0.5, -0.5,
    ])
  })

  it('refuse a word that an option does not have', async () => {
    expect(await judgeGroup(withOptions(lengthTarget, { kind: 'any' }), [answered(1, 4)])).toEqual([null])
  })
})
