import { describe, expect, it } from 'vitest'
import { RemoteBranches } from '../../../agents/remote/branches.ts'
import { connect } from '../../../agents/remote/gym.ts'
import { batchOfGroups, batchOfTrajectories } from '../../../core/batch/index.ts'
import type { Group, JsonObject, Trajectory } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { LocalBranches } from '../../../core/sampling/local-branches.ts'
import { samplingMode } from '../../../core/sampling/modes.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import { readRun, replayRun, rescoreRun } from '../../../records/index.ts'
import { gambler, membersOf, race } from '../../support/sampling.ts'
import { served } from '../../support/server/client.ts'
import { recording } from '../../support/server/recording.ts'

/** What they see of the steps before a fork. */
const hooks = [
  defineRewardHook({ name: 'age', version: 1, scope: 'turn', reward: (_, { history }) => history.length }),
  defineRewardHook({
    name: 'gain',
    version: 1,
    scope: 'turn',
    reward: (_, { grades, gradesBefore }) => (grades().total ?? 0) - (gradesBefore().total ?? 0),
  }),
  defineRewardHook({ name: 'length', version: 1, scope: 'outcome', reward: async ({ steps }) => steps.length }),
]

/** All that is the same in process and over the wire: names of trajectories by their order. */
function comparable(group: Group): object {
  const members = [...membersOf(group)].toSorted((a, b) => numberOf(a.id) - numberOf(b.id))
  const nameOf = (id: string | null | undefined) => members.findIndex((each) => each.id === id)
  return {
    sampling: { ...group.sampling, chosenId: nameOf(group.sampling?.chosenId) },
    members: members.map(({ forkedFrom, steps, rewards, seed, member, forkPath, ending, endingReason }) => ({
      ...{ seed, member, forkPath, ending, endingReason },
      from: forkedFrom && [nameOf(forkedFrom.trajectoryId), forkedFrom.index],
      rewards: rewards.map(({ name, value }) => [name, value]),
      steps: steps.map(({ index, action, observation, nextObservation, forkPath, rewards: vector }) => [
        ...[index, action, observation, nextObservation, forkPath],
        vector.map(({ name, value }) => [name, value]),
      ]),
    })),
  }
}

const valuesOf = (trajectory: Trajectory | undefined) => [
  trajectory?.steps.map(({ rewards }) => rewards.map(({ name, value }) => [name, value])),
  trajectory?.rewards.map(({ name, value }) => [name, value]),
]

/** Both sides number their trajectories as they begin. */
const numberOf = (id: string): number => Number(id.replace(/^.*[.-]/, ''))

const MODES: readonly (readonly [string, JsonObject, number | null])[] = [
  ['prefix', { k: 3 }, null],
  ['prefix', { k: 3, commit: 'best', value: 'signal:gain' }, 20],
  ['prefix', { k: 2, commit: 'best', playOuts: 2, playOn: true }, 60],
  ['tree', { k: 2, at: [0, 2] }, null],
  ['tree', { k: 2, at: [], every: 2 }, 40],
  ['best-of-n', { k: 4 }, 17],
  ['rerank', { k: 3, value: 'signal:gain' }, null],
]

describe('trees on a server', () => {
  it.each(MODES)('by %s %j under budget %j are those of this process', async (mode, options, budget) => {
    for (const seed of [1, 2, 3]) {
      const world = await openWorld(race)
      const settings = { groupId: 'g', agentName: 'gambler', hooks: hookSet(hooks), runKey: 'key' }
      const branchSource = new LocalBranches(world, { task: world.tasks.byId('a'), seed, maxSteps: 7 }, settings)
      const local = await sampleGroup(branchSource, samplingMode(mode, options), { agent: gambler, budget })
      const gym = await connect((await served([race], { hooks })).url)
      const far = new RemoteBranches(gym, { task: 'a', seed, maxSteps: 7 }, { agentName: 'gambler' })
      const remote = await sampleGroup(far, samplingMode(mode, options), { agent: gambler, budget })
      expect(comparable(remote)).toEqual(comparable(local))
      expect(batchOfGroups([remote]).rowCount).toBe(batchOfGroups([local]).rowCount)
      await gym.close()
    }
  })

  it('are on the record of the server, whole, in one group, and replay exactly', async () => {
    const { server, folder, url } = await recording(race, undefined, hooks)
    const gym = await connect(url)
    const branchSource = new RemoteBranches(gym, { task: 'a', seed: 4 }, { agentName: 'gambler' })
    const group = await sampleGroup(branchSource, samplingMode('prefix', { k: 3 }), { agent: gambler })
    await gym.close()
    await server.close()
    const recorded = [...readRun(folder).trajectories()].map(({ trajectory }) => trajectory)
    const [ours, theirs] = [new Branches(membersOf(group)), new Branches(recorded)]
    expect(recorded.map(({ id }) => id).toSorted()).toEqual(
      membersOf(group)
        .map(({ id }) => id)
        .toSorted(),
    )
    for (const each of recorded) {
      const same = membersOf(group).find(({ id }) => id === each.id)
      expect([each.ending, each.endingReason, each.forkedFrom]).toEqual([
        same?.ending,
        same?.endingReason,
        same?.forkedFrom,
      ])
      expect(theirs.stepsOf(each).map(({ action }) => action)).toEqual(
        same && ours.stepsOf(same).map(({ action }) => action),
      )
    }
    expect(batchOfTrajectories(recorded).groups).toHaveLength(1)
    for await (const { divergence } of replayRun(await openWorld(race), readRun(folder))) expect(divergence).toBe(null)
    for await (const one of rescoreRun(await openWorld(race), readRun(folder), hookSet(hooks))) {
      const judged = one.kind === 'group' ? one.group.trajectories : [one.trajectory]
      for (const each of judged) expect(valuesOf(each)).toEqual(valuesOf(recorded.find(({ id }) => id === each.id)))
    }
  })

  it('end in good order when they are cancelled', async () => {
    const gym = await connect((await served([race])).url)
    const controller = new AbortController()
    let acts = 0
    const agent = {
      name: 'stopped',
      act: (context: Parameters<typeof gambler.act>[0]) => {
        if (++acts === 9) controller.abort()
        return gambler.act(context)
      },
    }
    const branchSource = new RemoteBranches(gym, { task: 'a', seed: 4 }, { agentName: 'stopped' })
    const group = await sampleGroup(branchSource, samplingMode('tree', { k: 3 }), { agent, signal: controller.signal })
    expect(new Set(group.aborted.map(({ endingReason }) => endingReason))).toEqual(new Set(['cancelled']))
    expect(acts).toBeLessThan(20)
    await gym.close()
  })

  it('are refused if the environment has no forks, and leave nothing open', async () => {
    const server = await served([{ ...race, fork: 'none' as const }])
    const gym = await connect(server.url)
    const branchSource = new RemoteBranches(gym, { task: 'a', seed: 4 }, { agentName: 'gambler' })
    const failed = sampleGroup(branchSource, samplingMode('prefix', { k: 3 }), { agent: gambler })
    await expect(failed).rejects.toMatchObject({ code: 'FORK_UNSUPPORTED', message: expect.stringContaining('race@1') })
    expect(server.host.counts).toMatchObject({ episodes: 0 })
    await gym.close()
  })

  it('continue without branches that broke down, and have no grades', async () => {
    const gym = await connect((await served([race])).url)
    const branchSource = new RemoteBranches(gym, { task: 'a', seed: 4 }, { agentName: 'moody' })
    const agent = {
      name: 'moody',
      act: (context: Parameters<typeof gambler.act>[0]) => {
        if (context.rng.float() < 0.25) throw new Error('no mood')
        return gambler.act(context)
      },
    }
    const group = await sampleGroup(
      branchSource,
      samplingMode('prefix', { k: 4, commit: 'best', value: 'grade:total' }),
      {
        agent,
      },
    )
    expect(group.aborted.map(({ endingReason }) => endingReason)).toContain('AGENT_FAILED: no mood')
    expect(
      group.trajectories
        .flatMap(({ steps }) => steps)
        .every(({ rewards }) => rewards.at(-1)?.value === null || rewards.length === 1),
    ).toBe(true)
    await gym.close()
  })
})
