import { describe, expect, it } from 'vitest'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { readRun } from '../../records/reader.ts'
import { catchLateFailures, type LateFailure } from '../../server/listen.ts'
import { newFolder } from '../support/folder.ts'
import { connected, served, until } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { recording } from '../support/server/recording.ts'
import { echo, sleepy } from '../support/server/worlds.ts'

/** Judges nothing until the test is over. */
function stuckHook() {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const hook = defineRewardHook({
    name: 'stuck',
    version: 1,
    scope: 'process',
    maxBatch: 1,
    timeoutMs: 600_000,
    async reward(steps) {
      await held
      return { perStep: steps.map(() => 1) }
    },
  })
  return { hook, release }
}

describe('a server that stops under a backlog of late rewards', () => {
  it('waits for them no longer than stopMs, and everything acknowledged is in the record', async () => {
    const { hook, release } = stuckHook()
    const { server, folder, url } = await recording(echo, newFolder(), [hook], { stopMs: 50 })
    const client = new NativeClient(url)
    const { episode } = await client.ask({ type: 'reset' })
    const group = await client.ask({ type: 'group', size: 2 })
    for (let n = 0; n < 200; n++) await client.ask({ type: 'step', episode, action: `${n}` })
    for (const member of group.episodes) await client.ask({ type: 'step', episode: member.episode, action: 'stop' })
    expect(server.host.counts).toMatchObject({ unscored: 201, groups: 1 })
    // It would never end if it waited for the hook.
    await server.close()
    const run = readRun(folder)
    const ended = [...run.trajectories()].map(({ trajectory }) => [trajectory.steps.length, trajectory.ending])
    expect(ended).toEqual([
      [1, 'terminated'],
      [1, 'terminated'],
      [200, 'aborted'],
    ])
    expect([...run.groups()]).toEqual([])
    // Late answers after the end write nothing, and throw nothing.
    release()
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect([...readRun(folder).trajectories()]).toHaveLength(3)
  })
})

describe('an embedded server', () => {
  it('continues with catchLateFailures if its user code fails late, and names the owner', async () => {
    const before = [process.listeners('uncaughtException'), process.listeners('unhandledRejection')] as const
    process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection')
    const failures: LateFailure[] = []
    const uncatch = catchLateFailures((failure) => failures.push(failure))
    try {
      const step: typeof sleepy.step = (state, action, context) => {
        setTimeout(() => {
          throw new Error('late')
        }, 1)
        void Promise.reject(new Error('nobody waits'))
        return sleepy.step(state, action, context)
      }
      const client = await connected(
        await served([{ ...sleepy, step } as typeof sleepy, echo], { defaultName: 'sleepy' }),
      )
      await client.reset()
      client.send({ type: 'step', data: { action: 'abc' } })
      await until(() => failures.length >= 2)
      expect(failures.map(({ owner }) => owner)).toEqual(['environment sleepy@1', 'environment sleepy@1'])
      await client.next()
      expect((await client.reset()).data).toMatchObject({ done: false })
    } finally {
      uncatch()
      for (const each of before[0]) process.on('uncaughtException', each)
      for (const each of before[1]) process.on('unhandledRejection', each)
    }
  })
})
