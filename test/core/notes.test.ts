import { describe, expect, it } from 'vitest'
import type { JsonObject, Reward } from '../../core/data/types.ts'
import { defineRewardHook, type GroupHook, hookSet, withOptions } from '../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../core/reward/open-hooks.ts'
import { runGroupHook, runProcessHook } from '../../core/reward/run-hooks.ts'
import { lastRecorded, recordedIn } from '../../rewards/recorded.ts'
import { group, step, trajectory } from '../support/reward-samples.ts'

const judged = async (reward: GroupHook['reward']) => {
  const hook = defineRewardHook({ name: 'judge', version: 1, scope: 'group', reward })
  const members = [trajectory({ steps: [step(), step({ index: 1 })] }), trajectory({ steps: [step()] })]
  return runGroupHook(hook, group(members))
}

/** As hooks in JavaScript may return them: no compiler has seen these. */
const unchecked = (notes: unknown): object => ({ notes })

const notesOf = (rewards: readonly Reward[] | null | undefined) => rewards?.map(({ note }) => note)

describe('notes of hooks', () => {
  it('of a group belong to its trajectories', async () => {
    const { perTrajectory } = await judged(() => ({ perTrajectory: [1, 0], notes: [{ said: 'good' }, null] }))
    expect(notesOf(perTrajectory)).toEqual([{ said: 'good' }, undefined])
    expect(Object.isFrozen(perTrajectory?.[0]?.note)).toBe(true)
  })

  it('of judged steps belong to the last step', async () => {
    const { perStep } = await judged(() => ({ perStep: [[1, 1], [0]], notes: [{ a: 1 }, { b: 2 }] }))
    expect(perStep?.map(notesOf)).toEqual([[undefined, { a: 1 }], [{ b: 2 }]])
  })

  it('of a process hook belong to each step, and stay where it declines', async () => {
    const reward = () => ({ perStep: [null, 1], notes: [{ a: 1 }, { a: 2 }], declined: ['no', null] })
    const hook = defineRewardHook({ name: 'p', version: 1, scope: 'process', maxBatch: 2, reward })
    const rewards = await runProcessHook(hook, [step(), step({ index: 1 })])
    expect(rewards).toMatchObject([
      { value: null, detail: 'no', note: { a: 1 } },
      { value: 1, note: { a: 2 } },
    ])
  })

  it('are read by other hooks, after what the environment recorded', () => {
    const noted = (note: JsonObject): Reward => ({ name: 'j', version: 1, latencyMs: 0, value: 1, note })
    const own = step({ rewards: [noted({ x: 1 }), noted({ x: 2, y: 3 })], info: { y: 4 } })
    expect([recordedIn(own, 'x'), recordedIn(own, 'y'), recordedIn(own, 'toString')]).toEqual([2, 4, null])
    const whole = trajectory({ steps: [step()], rewards: [noted({ z: [1] })] })
    expect([lastRecorded(whole, 'z'), lastRecorded(whole, 'x')]).toEqual([[1], null])
  })

  it.each([
    ['a text', ['no'], 'its notes is not a list of objects'],
    ['what JSON cannot hold', [{ at: Number.NaN }], 'note of a reward'],
    ['too much', [{ text: 'x'.repeat(1_000_001) }], 'at most 1000000 are recorded'],
  ])('that are %s make the judgement null', async (_, notes, detail) => {
    const { perTrajectory } = await judged(() => ({ perTrajectory: [1, 0], ...unchecked(notes) }))
    for (const reward of perTrajectory ?? [])
      expect(reward).toMatchObject({ value: null, reason: 'threw', detail: expect.stringContaining(detail) })
  })
})

describe('reasons of a group hook', () => {
  it('are recorded with each null', async () => {
    const { perTrajectory } = await judged(() => ({ perTrajectory: [null, 1], declined: ['no answer', null] }))
    expect(perTrajectory).toMatchObject([{ value: null, reason: 'declined', detail: 'no answer' }, { value: 1 }])
    const { perStep } = await judged(() => ({ perStep: [[null, 2], [null]], declined: ['late', null] }))
    expect(perStep).toMatchObject([[{ detail: 'late' }, { value: 2 }], [{ value: null }]])
    expect(perStep?.[1]?.[0]).not.toHaveProperty('detail')
  })
})

describe('a group hook that is opened', () => {
  it('judges with what it opened, and is closed', async () => {
    const log: string[] = []
    const plain: GroupHook = defineRewardHook({
      ...{ name: 'judge', version: 1, scope: 'group', options: { value: 0 } },
      reward: ({ trajectories }) => ({ perTrajectory: trajectories.map(() => null) }),
      async open({ value }: { value: number }): Promise<GroupHook> {
        log.push('open')
        const reward = () => ({ perTrajectory: [value] })
        return { ...plain, options: { value }, reward, close: async () => void log.push('close') }
      },
    })
    const hooks = await openHooks([withOptions(plain, { value: 3 })])
    const [hook] = hooks.group
    if (hook === undefined) return expect.unreachable()
    expect((await runGroupHook(hook, group([trajectory()]))).perTrajectory).toMatchObject([{ value: 3 }])
    await closeHooks(hooks)
    expect(log).toEqual(['open', 'close'])
    expect(hookSet([plain]).group).toHaveLength(1)
  })
})
