import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { openRun, readRun, replayRun } from '../../../records/index.ts'
import type { RunStore } from '../../../server/hosting/run-store.ts'
import { connected, quiet, served, until } from '../../support/server/client.ts'
import { echo } from '../../support/server/worlds.ts'

const folders: string[] = []
const newFolder = (): string => {
  const folder = join(mkdtempSync(join(tmpdir(), 'stepgym-served-')), 'run')
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(join(folder, '..'), { recursive: true, force: true })
})

const late = defineRewardHook({
  name: 'late',
  version: 1,
  scope: 'process',
  maxBatch: 4,
  reward: async (steps) => ({ perStep: steps.map(({ index }) => index) }),
})
const members = defineRewardHook({
  name: 'members',
  version: 1,
  scope: 'group',
  reward: ({ trajectories }) => ({ perTrajectory: trajectories.map(() => trajectories.length) }),
})

const bookIn = (folder: string) => ({
  hooks: [late, members],
  runStoreOf: (world: World): RunStore => {
    const recorder = openRun(folder, { world, agent: 'clients', hooks: hookSet([late, members]) })
    const hasEpisode = (id: string): boolean => recorder.hasEpisode(id)
    return { log: recorder, runKey: recorder.manifest.runKey, hasEpisode, close: () => recorder.close() }
  },
})

describe('a recorded server', () => {
  it('has every step that it answered in the record, late rewards and groups too, and it replays', async () => {
    const folder = newFolder()
    const server = await served([echo], bookIn(folder))
    const closed: string[] = []
    server.host.listen({ groupClosed: ({ group }) => closed.push(group.id) })
    const clients = [await connected(server), await connected(server)]
    for (const [index, client] of clients.entries()) {
      await client.reset({ group_id: 'g', group_size: 2, episode_id: `e${index}`, task: 'one', seed: 5 })
      for (let step = 0; step <= index; step++) await client.step(`step ${step}`)
      await client.step('stop')
      client.socket.close()
    }
    await until(() => closed.length === 1)
    await quiet(server)
    await server.close()
    const run = readRun(folder)
    const [group] = [...run.groups()]
    expect(group?.group.trajectories.map(({ id, steps }) => [id, steps.map(({ action }) => action)])).toEqual([
      ['e0', ['step 0', 'stop']],
      ['e1', ['step 0', 'step 1', 'stop']],
    ])
    for (const { steps, rewards } of group?.group.trajectories ?? []) {
      expect(steps.map((step) => step.rewards.find(({ name }) => name === 'late')?.value)).toEqual([...steps.keys()])
      expect(rewards.find(({ name }) => name === 'members')?.value).toBe(2)
    }
    const replayed = []
    for await (const each of replayRun(await openWorld(echo), run)) replayed.push(each)
    expect(replayed.map(({ divergence }) => divergence)).toEqual([null, null])
  })

  it('does not take the id of a recorded episode again', async () => {
    const client = await connected(await served([echo], bookIn(newFolder())))
    await client.reset({ episode_id: 'once' })
    await client.step('stop')
    const again = await client.reset({ episode_id: 'once' })
    expect(again.data).toMatchObject({ code: 'VALIDATION_ERROR', gym_code: 'REQUEST_CONFLICT' })
    expect((await client.reset({ episode_id: 'twice' })).type).toBe('observation')
  })

  it('answers no step that it could not write, and lets the episode go', async () => {
    const log = {
      episodeStarted: () => {},
      stepTaken: () => {
        throw new Error('the disk is full')
      },
      episodeEnded: () => {},
      rewardsArrived: () => {},
      groupClosed: () => {},
    }
    const runStoreOf = (): RunStore => ({ log, runKey: 'key', close: () => {} })
    const server = await served([echo], { runStoreOf })
    const client = await connected(server)
    await client.reset({ group_id: 'g', group_size: 1 })
    expect((await client.step('on')).type).toBe('error')
    expect((await client.step('on')).data.gym_code).toBe('EPISODE_ABORTED')
    await until(() => server.host.counts.groups === 0)
    expect(server.host.counts.episodes).toBe(0)
  })

  it('records the episodes that it aborts when it stops', async () => {
    const folder = newFolder()
    const server = await served([echo], bookIn(folder))
    const client = await connected(server)
    await client.reset({ episode_id: 'cut' })
    await client.step('on')
    await server.close('power goes')
    const [cut] = [...readRun(folder).trajectories()]
    expect(cut?.trajectory).toMatchObject({ id: 'cut', ending: 'aborted', endingReason: 'SERVER_STOPPING: power goes' })
    expect(cut?.trajectory.steps).toHaveLength(1)
  })
})
