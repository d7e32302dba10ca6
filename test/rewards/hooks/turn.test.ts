import { describe, expect, it } from 'vitest'
import type { Reward, Step } from '../../../core/data/types.ts'
import type { Grades } from '../../../core/episode/environment.ts'
import { hookSet, type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { runTurnHooks } from '../../../core/reward/run-hooks.ts'
import format from '../../../rewards/hooks/format.ts'
import progress from '../../../rewards/hooks/progress.ts'
import repeatedState from '../../../rewards/hooks/repeated-state.ts'
import stepCost from '../../../rewards/hooks/step-cost.ts'
import { step, walk } from '../../support/reward-samples.ts'

interface Situation {
  readonly step?: Step
  readonly history?: readonly Step[]
  readonly before?: Grades
  readonly after?: Grades
}

async function judge(hook: RewardHook, situation: Situation): Promise<Reward | undefined> {
  const grades = { before: () => situation.before ?? {}, after: () => situation.after ?? {} }
  const rewards = await runTurnHooks(hookSet([hook]).turn, situation.step ?? step(), situation.history ?? [], grades)
  return rewards[0]
}

const DECLINED = { value: null, reason: 'declined' }

describe('format', () => {
  it('is 0 for a valid action and minus the penalty for another', async () => {
    expect(await judge(format, { step: step({ isActionValid: true }) })).toMatchObject({ name: 'format', value: 0 })
    expect(await judge(format, { step: step({ isActionValid: false }) })).toMatchObject({ value: -0.1 })
    const strict = withOptions(format, { penalty: 2 })
    expect(await judge(strict, { step: step({ isActionValid: false }) })).toMatchObject({ value: -2 })
  })

  it('has no negative zero, which JSON would not carry', async () => {
    const free = withOptions(format, { penalty: 0 })
    expect(await judge(free, { step: step({ isActionValid: false }) })).toMatchObject({ value: 0 })
    expect(await judge(withOptions(stepCost, { cost: 0 }), {})).toMatchObject({ value: 0 })
  })
})

describe('step-cost', () => {
  it('is minus the cost, for any step', async () => {
    expect(await judge(stepCost, {})).toMatchObject({ name: 'step-cost', value: -0.01 })
    expect(await judge(withOptions(stepCost, { cost: 1 }), { step: step({ terminated: true }) })).toMatchObject({
      value: -1,
    })
  })
})

describe('repeated-state', () => {
  const judgeLast = async (anchor: string, ...places: readonly string[]): Promise<Reward | undefined> => {
    const steps = walk('state', ...places)
    const last = steps.at(-1)
    return last && judge(withOptions(repeatedState, { anchor }), { step: last, history: steps.slice(0, -1) })
  }

  it('is 0 for a step to somewhere new', async () => {
    expect(await judgeLast('state', 'a', 'b')).toMatchObject({ value: 0 })
    expect(await judgeLast('state', 'a', 'b', 'c')).toMatchObject({ value: 0 })
  })

  it('is minus the penalty for a step back, to the start too, and for staying in place', async () => {
    expect(await judgeLast('state', 'a', 'b', 'a')).toMatchObject({ value: -0.1 })
    expect(await judgeLast('state', 'a', 'b', 'c', 'b')).toMatchObject({ value: -0.1 })
    expect(await judgeLast('state', 'a', 'a')).toMatchObject({ value: -0.1 })
  })

  it('declines if there is no such anchor', async () => {
    expect(await judgeLast('page', 'a', 'a')).toMatchObject(DECLINED)
  })
})

describe('progress', () => {
  it('is the difference of a grade', async () => {
    expect(await judge(progress, { before: { progress: 0.25 }, after: { progress: 1 } })).toMatchObject({ value: 0.75 })
    expect(await judge(progress, { before: { progress: 1 }, after: { progress: 0.25 } })).toMatchObject({
      value: -0.75,
    })
    const typed = withOptions(progress, { grade: 'type', gamma: 0.5 })
    expect(await judge(typed, { before: { type: 0.25 }, after: { type: 1 } })).toMatchObject({ value: 0.25 })
  })

  it('declines if a state is not graded', async () => {
    expect(await judge(progress, {})).toMatchObject(DECLINED)
    expect(await judge(progress, { before: { progress: null }, after: { progress: 1 } })).toMatchObject(DECLINED)
    expect(await judge(progress, { before: { progress: 0 } })).toMatchObject(DECLINED)
    expect(await judge(progress, { before: { other: 0 }, after: { other: 1 } })).toMatchObject(DECLINED)
  })
})
