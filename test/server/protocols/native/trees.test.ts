import { describe, expect, it } from 'vitest'
import { batchOfTrajectories } from '../../../../core/batch/index.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import { readRun } from '../../../../records/index.ts'
import { replayRun } from '../../../../records/replay.ts'
import { dice } from '../../../support/core-worlds.ts'
import { NativeClient } from '../../../support/server/native-client.ts'
import { recording } from '../../../support/server/recording.ts'

/** How many steps the hook sees before the one it judges. */
const age = defineRewardHook({ name: 'age', version: 1, scope: 'turn', reward: (_, { history }) => history.length })
const length = defineRewardHook({ name: 'length', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length })

/** A root of two steps with a fork after the first, and a fork of that one step later. */
async function grown() {
  const recorded = await recording(dice, undefined, [age, length])
  const client = new NativeClient(recorded.url)
  const { session } = await client.welcome()
  const { episode: root } = await client
    .ask({ type: 'group', size: 1, seed: 5 })
    .then(({ episodes: [one] }) => one ?? never())
  await client.ask({ type: 'step', episode: root, action: '1' })
  const [fork = never()] = (await client.ask({ type: 'fork', episode: root })).episodes
  await client.ask({ type: 'step', episode: root, action: '2' })
  await client.ask({ type: 'step', episode: fork.episode, action: '3' })
  const [deep = never()] = (await client.ask({ type: 'fork', episode: fork.episode })).episodes
  return { ...recorded, client, session, root, fork: fork.episode, deep: deep.episode }
}

const never = (): never => {
  throw new Error('there should be one')
}

const read = (folder: string) => new Map([...readRun(folder).trajectories()].map((each) => [each.trajectory.id, each]))

describe('forks on the record of a server', () => {
  it('name their parents, and are credited and judged whole, in the group that their root is in', async () => {
    const { client, root, fork, deep, folder, server } = await grown()
    const { rewards } = await client.ask({ type: 'step', episode: deep, action: '1' })
    expect(rewards?.find(({ name }) => name === 'age')?.value).toBe(2)
    for (const episode of [root, fork, deep]) await client.ask({ type: 'close', episode, truncate: 'enough' })
    const recorded = read(folder)
    expect([fork, deep].map((id) => recorded.get(id)?.trajectory.forkedFrom)).toEqual([
      { trajectoryId: root, index: 1 },
      { trajectoryId: fork, index: 2 },
    ])
    const lengths = [root, fork, deep].map((id) => recorded.get(id)?.trajectory.rewards.map(({ value }) => value))
    expect(lengths).toEqual([[2], [2], [3]])
    const batch = batchOfTrajectories([...recorded.values()].map(({ trajectory }) => trajectory))
    expect([batch.rowCount, batch.groups.length, batch.trajectories.ids.length]).toEqual([7, 1, 3])
    for await (const { divergence } of replayRun(await openWorld(dice), readRun(folder))) expect(divergence).toBe(null)
    await server.close()
  })

  it('end as truncated if their trainer says so, and not for reasons that replay would look for', async () => {
    const { client, root, fork, folder } = await grown()
    await client.ask({ type: 'close', episode: fork, truncate: 'not committed' })
    expect(read(folder).get(fork)?.trajectory).toMatchObject({ ending: 'truncated', endingReason: 'not committed' })
    for (const truncate of ['maxSteps', 'environment', ''])
      await expect(client.ask({ type: 'close', episode: root, truncate })).rejects.toThrow('FRAME_INVALID')
    await expect(client.ask({ type: 'close', truncate: 'x' })).rejects.toThrow('FRAME_INVALID')
    await client.ask({ type: 'close', episode: root })
    expect(read(folder).get(root)?.trajectory).toMatchObject({ ending: 'aborted' })
  })

  it('continue whole after the server was killed', async () => {
    const { client, session, deep, wreck } = await grown()
    const after = await recording(dice, wreck(), [age, length])
    const second = new NativeClient(after.url)
    await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    const { rewards } = await second.ask({ type: 'step', episode: deep, action: '1' })
    expect(rewards?.find(({ name }) => name === 'age')?.value).toBe(2)
    const [later = never()] = (await second.ask({ type: 'fork', episode: deep })).episodes
    await second.ask({ type: 'close', episode: later.episode, truncate: 'enough' })
    expect(read(after.folder).get(later.episode)?.trajectory).toMatchObject({
      forkedFrom: { trajectoryId: deep, index: 3 },
      rewards: [{ name: 'length', value: 3 }],
    })
  })

  it('have no parent if their snapshot came sealed', async () => {
    const { client, root, folder } = await grown()
    const { sealed } = await client.ask({ type: 'snapshot', episode: root, sealed: true })
    const [fork = never()] = (await client.ask({ type: 'fork', sealed: sealed ?? '' })).episodes
    await client.ask({ type: 'step', episode: fork.episode, action: '1' })
    const start = read(folder).get(fork.episode)?.start
    expect([start?.parentId, start?.past.length]).toEqual([undefined, 2])
  })
})
