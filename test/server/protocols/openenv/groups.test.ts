import { describe, expect, it } from 'vitest'
import type { Group } from '../../../../core/data/types.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import type { LateReward } from '../../../../core/rollout/log.ts'
import type { GymServer } from '../../../../server/listen.ts'
import { pass, stopClock } from '../../../support/clock.ts'
import { type Client, connected, quiet, served, until } from '../../../support/server/client.ts'
import { echo } from '../../../support/server/worlds.ts'

const late = defineRewardHook({
  name: 'late',
  version: 1,
  scope: 'process',
  maxBatch: 3,
  reward: (steps) =>
    new Promise((resolve) => setTimeout(() => resolve({ perStep: steps.map(({ index }) => index) }), 20)),
})
const mean = defineRewardHook({
  name: 'lates',
  version: 1,
  scope: 'group',
  reward: ({ trajectories }) => ({
    perTrajectory: trajectories.map(({ steps }) => steps.filter(({ rewards }) => rewards[1]?.name === 'late').length),
  }),
})

/** Groups in the order they close, and all late rewards. */
function watched(server: GymServer): { readonly groups: Group[]; readonly rewards: LateReward[] } {
  const groups: Group[] = []
  const rewards: LateReward[] = []
  server.host.listen({
    groupClosed: ({ group }) => groups.push(group),
    rewardsArrived: (event) => rewards.push(...event.rewards),
  })
  return { groups, rewards }
}

const several = (server: GymServer, count: number): Promise<readonly Client[]> =>
  Promise.all(Array.from({ length: count }, () => connected(server)))

const reasonOf = ({ data }: Awaited<ReturnType<Client['reset']>>): unknown => data.gym_code

describe('a group of plain clients', () => {
  it('has one task, one seed and one start, and closes once, with every late reward', async () => {
    const server = await served([echo], { hooks: [late, mean] })
    const { groups } = watched(server)
    const clients = await several(server, 3)
    const starts = await Promise.all(clients.map((client) => client.reset({ group_id: 'g', group_size: 3 })))
    expect(new Set(starts.map(({ data }) => data.observation?.text)).size).toBe(1)
    expect(new Set(starts.map(({ data }) => JSON.stringify([data.seed, data.task]))).size).toBe(1)
    const places = starts.map(({ data }) => data.group as { member: number; start_tag: string })
    expect(places.map(({ member }) => member).sort()).toEqual([0, 1, 2])
    expect(new Set(places.map(({ start_tag }) => start_tag)).size).toBe(1)
    for (const [index, client] of clients.entries()) {
      for (let step = 0; step < index; step++) await client.step('on')
      await client.step('stop')
    }
    await until(() => groups.length > 0)
    const [group] = groups
    expect(group?.trajectories.map(({ steps }) => steps.map(({ rewards }) => rewards[1]?.value))).toHaveLength(3)
    for (const { steps, member } of group?.trajectories ?? [])
      expect(steps.map(({ rewards }) => rewards[1]?.value)).toEqual(steps.map(({ index }) => index + 0 * member))
    expect(group?.trajectories.map(({ rewards, steps }) => rewards[0]?.value === steps.length)).toEqual([
      true,
      true,
      true,
    ])
    expect(reasonOf((await clients[0]?.reset({ group_id: 'g', group_size: 3 })) ?? fail())).toBe('GROUP_INVALID')
    for (const client of clients) client.socket.close()
    await quiet(server)
    expect(groups).toHaveLength(1)
  })

  it('sets aborted members apart', async () => {
    const server = await served([echo])
    const { groups } = watched(server)
    const [one, two] = await several(server, 2)
    await one?.reset({ group_id: 'g', group_size: 2, task: 'two', seed: 3 })
    await two?.reset({ group_id: 'g', member: 1 })
    one?.socket.terminate()
    await two?.step('stop')
    await until(() => groups.length === 1)
    expect(groups[0]?.aborted.map(({ member, ending }) => [member, ending])).toEqual([[0, 'aborted']])
    expect(groups[0]?.trajectories.map(({ member }) => member)).toEqual([1])
    expect([groups[0]?.taskId, groups[0]?.trajectories[0]?.seed]).toEqual(['two', 3])
  })

  it('truncates stragglers at its deadline, who learn of it with their next step', async () => {
    const server = await served([echo])
    const { groups } = watched(server)
    const [one, two] = await several(server, 2)
    stopClock()
    await one?.reset({ group_id: 'g', group_size: 3, group_deadline_s: 0.1 })
    await two?.reset({ group_id: 'g' })
    await one?.step('stop')
    await two?.step('on')
    await pass(100)
    await until(() => groups.length === 1)
    expect(groups[0]?.trajectories.map(({ ending, endingReason }) => [ending, endingReason])).toEqual([
      ['terminated', null],
      ['truncated', 'group deadline'],
    ])
    const ended = await two?.step('on')
    expect(ended?.data).toMatchObject({ done: true, truncated: true, step: null, ending_reason: 'group deadline' })
    expect((await two?.ask({ type: 'state' }))?.data.step_count).toBe(1)
  })

  it('aborts stragglers, or waits for them if its first member says so', async () => {
    const server = await served([echo])
    const { groups } = watched(server)
    const [one, two] = await several(server, 2)
    await one?.reset({ group_id: 'short', group_size: 1, group_deadline_s: 0.05, stragglers: 'abort' })
    await two?.reset({ group_id: 'patient', group_size: 1, group_deadline_s: 0.05, stragglers: 'wait' })
    await until(() => groups.length === 1)
    expect(groups[0]).toMatchObject({ id: 'short', trajectories: [] })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await two?.step('stop'))?.data).toMatchObject({ ending: 'terminated' })
    await until(() => groups.length === 2)
  })

  it('refuses members that do not fit', async () => {
    const server = await served([echo])
    const [one, two] = await several(server, 2)
    expect(reasonOf((await one?.reset({ group_id: 'g' })) ?? fail())).toBe('GROUP_INVALID')
    expect(reasonOf((await one?.reset({ group_id: 'g', group_size: 5000 })) ?? fail())).toBe('GROUP_INVALID')
    expect(reasonOf((await one?.reset({ group_size: 2 })) ?? fail())).toBe('FRAME_INVALID')
    await one?.reset({ group_id: 'g', group_size: 2, task: 'one', seed: 4 })
    const wrong = [
      { group_size: 3 },
      { seed: 5 },
      { task: 'two' },
      { member: 0 },
      { member: 2 },
      { stragglers: 'wait' },
    ]
    for (const data of wrong)
      expect(reasonOf((await two?.reset({ group_id: 'g', ...data })) ?? fail())).toBe('GROUP_INVALID')
    expect((await two?.reset({ group_id: 'g', group_size: 2, task: 'one', seed: 4, member: 1 }))?.type).toBe(
      'observation',
    )
    const three = await connected(server)
    expect(reasonOf(await three.reset({ group_id: 'g' }))).toBe('GROUP_INVALID')
  })

  it('does not exist when its only member could not start', async () => {
    const server = await served([echo])
    const client = await connected(server)
    expect(reasonOf(await client.reset({ group_id: 'g', group_size: 2, task: 'none' }))).toBe('TASK_UNKNOWN')
    expect(server.host.counts.groups).toBe(0)
    expect((await client.reset({ group_id: 'g', group_size: 1 })).type).toBe('observation')
  })
})

const fail = (): never => {
  throw new Error('there is no client')
}
