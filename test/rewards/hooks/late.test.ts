import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evidence, Reward, Trajectory } from '../../../core/data/types.ts'
import { hookSet, type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { runGroupHook, runOutcomeHooks, runProcessHook } from '../../../core/reward/run-hooks.ts'
import aboveOthers from '../../../rewards/hooks/above-others.ts'
import confidence from '../../../rewards/hooks/confidence.ts'
import finalGrade from '../../../rewards/hooks/final-grade.ts'
import success from '../../../rewards/hooks/success.ts'
import {
  group,
  listEvidence,
  signal,
  step,
  tokenEvidence,
  trajectory,
  withSteps,
} from '../../support/reward-samples.ts'

const DECLINED = { value: null, reason: 'declined' }

const outcomeOf = async (hook: RewardHook, judged: Trajectory, grades = {}): Promise<Reward | undefined> =>
  (await runOutcomeHooks(hookSet([hook]).outcome, judged, () => grades))[0]

describe('success', () => {
  it.each([
    ['1 where the last step earned the threshold', [0, 1], 1],
    ['0 where it earned less', [0, 0.99], 0],
    ['0 where only an earlier step did', [1, 0], 0],
  ])('is %s', async (_, values, expected) => {
    expect(await outcomeOf(success, withSteps('env', values))).toMatchObject({ name: 'success', value: expected })
  })

  it('is 0 for truncated episodes, with any reward', async () => {
    expect(await outcomeOf(success, withSteps('env', [1], { ending: 'truncated' }))).toMatchObject({ value: 0 })
    expect(await outcomeOf(success, trajectory({ ending: 'truncated' }))).toMatchObject({ value: 0 })
  })

  it('looks at the signal and threshold that were chosen', async () => {
    const lenient = withOptions(success, { signal: 'tests', threshold: 0.5 })
    expect(await outcomeOf(lenient, withSteps('tests', [0.5]))).toMatchObject({ value: 1 })
  })

  it('declines if the signal is null, of another name, or there is no step', async () => {
    expect(await outcomeOf(success, withSteps('env', [1, null]))).toMatchObject(DECLINED)
    expect(await outcomeOf(success, withSteps('other', [1]))).toMatchObject(DECLINED)
    expect(await outcomeOf(success, trajectory())).toMatchObject(DECLINED)
  })
})

describe('final-grade', () => {
  it('is the grade that was asked for', async () => {
    const typed = withOptions(finalGrade, { grade: 'type' })
    expect(await outcomeOf(typed, trajectory(), { type: 0.5, progress: 1 })).toMatchObject({ value: 0.5 })
  })

  it('declines without one', async () => {
    expect(await outcomeOf(finalGrade, trajectory(), {})).toMatchObject(DECLINED)
    expect(await outcomeOf(finalGrade, trajectory(), { progress: null })).toMatchObject(DECLINED)
  })

  it('can be used twice under different names', () => {
    const typed = { ...withOptions(finalGrade, { grade: 'type' }), name: 'type-grade' }
    expect(hookSet([finalGrade, typed]).outcome.map(({ name }) => name)).toEqual(['final-grade', 'type-grade'])
  })
})

describe('confidence', () => {
  const [hook] = hookSet([confidence]).process
  const judge = async (...evidence: readonly (Evidence | undefined)[]): Promise<readonly Reward[]> =>
    hook
      ? runProcessHook(
          hook,
          evidence.map((each, index) => step({ index, ...(each && { evidence: each }) })),
        )
      : []

  it('is the mean over the tokens, with each of them', async () => {
    const [reward] = await judge(tokenEvidence([-1, -2, -6]))
    expect(reward).toMatchObject({ value: -3, perToken: [-1, -2, -6] })
  })

  it('is the log-probability of a listed action, which has no tokens', async () => {
    const [reward] = await judge(listEvidence(-0.5))
    expect(reward).toMatchObject({ value: -0.5 })
    expect(reward).not.toHaveProperty('perToken')
  })

  it.each([
    ['is missing', undefined],
    ['holds no token', tokenEvidence([])],
    ['does not fit its tokens', tokenEvidence([-1, -2], [7])],
    ['is infinitely sure of nothing', listEvidence(Number.NEGATIVE_INFINITY)],
    ['holds no number', tokenEvidence([-1, Number.NaN])],
  ])('declines for a step whose evidence %s, and for no other', async (_, evidence) => {
    const [first, second] = await judge(evidence, tokenEvidence([-1]))
    expect(first).toMatchObject(DECLINED)
    expect(first).not.toHaveProperty('perToken')
    expect(second).toMatchObject({ value: -1, perToken: [-1] })
  })
})

describe('above-others', () => {
  const [hook] = hookSet([aboveOthers]).group
  const judge = async (...outcomes: readonly (number | null)[]): Promise<readonly (number | null)[]> => {
    if (!hook) return []
    const members = outcomes.map((value) => trajectory({ rewards: [signal('success', value)] }))
    const { perTrajectory } = await runGroupHook(hook, group(members))
    return (perTrajectory ?? []).map(({ value }) => value)
  }

  it('is an outcome minus the mean of the others', async () => {
    expect(await judge(1, 0, 0)).toEqual([1, -0.5, -0.5])
    expect(await judge(1, 1)).toEqual([0, 0])
  })

  it('declines for members without an outcome, and where there is no member to compare with', async () => {
    expect(await judge(1, null, 0)).toEqual([1, null, -1])
    expect(await judge(1)).toEqual([null])
    expect(await judge(1, null)).toEqual([null, null])
    expect(await judge()).toEqual([])
  })

  it('equals the plain mean over every other member, and sums to nothing', async () => {
    const outcome = fc.option(fc.double({ min: -10, max: 10, noNaN: true }), { nil: null })
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { maxLength: 12 }), async (outcomes) => {
        const above = await judge(...outcomes)
        for (const [index, own] of outcomes.entries()) {
          const others = outcomes.filter((other, at): other is number => at !== index && other !== null)
          const mean = others.reduce((sum, other) => sum + other, 0) / others.length
          if (own === null || others.length === 0) expect(above[index]).toBeNull()
          else expect(above[index]).toBeCloseTo(own - mean, 9)
        }
        expect(above.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBeCloseTo(0, 8)
      }),
    )
  })
})
