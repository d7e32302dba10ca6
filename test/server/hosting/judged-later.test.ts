import { describe, expect, it } from 'vitest'
import type { Reward } from '../../../core/data/types.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import { readRun } from '../../../records/reader.ts'
import { dice } from '../../support/core-worlds.ts'
import { newFolder } from '../../support/folder.ts'
import { NativeClient, pause, until } from '../../support/server/native-client.ts'
import { recording } from '../../support/server/recording.ts'

/** Servers whose hooks never answer do not wait for them. */
const LIMITS = { stopMs: 50 }

/** Two process hooks, of which the named ones answer: each step by its index, and by 100 more if the first had judged it. */
const judges = (answering: readonly string[]) =>
  ['one', 'two'].map((name) =>
    defineRewardHook({
      ...{ name, version: 1, maxBatch: 2, timeoutMs: 60_000 },
      scope: 'process',
      reward: (steps) => (answering.includes(name) ? { perStep: steps.map(judgedBy) } : new Promise(() => {})),
    }),
  )

const judgedBy = ({ index, rewards }: { readonly index: number; readonly rewards: readonly Reward[] }): number =>
  index + (rewards.some(({ name }) => name === 'one') ? 100 : 0)

/** What process hooks have said of each step of an episode, in a record that is being written. */
function judgedIn(folder: string, episode: string): readonly (readonly string[])[] {
  const found = [...readRun(folder).trajectories()].find(({ trajectory }) => trajectory.id === episode)
  const isLate = ({ name }: Reward): boolean => name === 'one' || name === 'two'
  return (found?.trajectory.steps ?? []).map(({ rewards }) =>
    rewards.filter(isLate).map(({ name, value }) => `${name} ${value}`),
  )
}

describe('a server that starts again', () => {
  it.each([
    ['neither had', []],
    ['the first had', ['one']],
    ['both had', ['one', 'two']],
  ])('has steps of ended episodes judged once by both process hooks, where %s judged them', async (_, before) => {
    const stopped = await recording(dice, newFolder(), judges(before), LIMITS)
    const client = new NativeClient(stopped.url)
    const { episode } = await client.ask({ type: 'reset', maxSteps: 3 })
    for (const index of [0, 1, 2]) await client.ask({ type: 'step', episode, action: '1', index })
    await until(() => judgedIn(stopped.folder, episode).flat().length === 3 * before.length)
    const folder = stopped.wreck()
    const { server } = await recording(dice, folder, judges(['one', 'two']))
    await server.host.environmentHost('dice')
    await until(() => judgedIn(folder, episode).flat().length >= 6)
    await pause(20)
    expect(judgedIn(folder, episode)).toEqual([0, 1, 2].map((index) => [`one ${index}`, `two ${index + 100}`]))
  })

  it('has no more steps waiting than may, and stops in the middle of them', async () => {
    const stopped = await recording(dice, newFolder(), judges([]), LIMITS)
    const client = new NativeClient(stopped.url)
    for (let number = 0; number < 4; number++) {
      const { episode } = await client.ask({ type: 'reset', maxSteps: 3 })
      for (const index of [0, 1, 2]) await client.ask({ type: 'step', episode, action: '1', index })
    }
    const { server } = await recording(dice, stopped.wreck(), judges([]), { ...LIMITS, unscoredSteps: 4 })
    const { scoring } = await server.host.environmentHost('dice')
    await until(() => scoring.waiting > 0)
    await pause(20)
    expect(scoring.waiting).toBeLessThanOrEqual(5)
    await server.close('the test is over')
  })
})
