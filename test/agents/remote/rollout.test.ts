import { describe, expect, it } from 'vitest'
import random from '../../../agents/random.ts'
import { connect } from '../../../agents/remote/gym.ts'
import { playEpisode } from '../../../agents/remote/play.ts'
import { rolloutRemote } from '../../../agents/remote/rollout.ts'
import { GymError } from '../../../core/data/errors.ts'
import type { Group, Reward, Trajectory } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { dice } from '../../support/core-worlds.ts'
import { served } from '../../support/server/client.ts'
import { late, rank, TOKENS } from '../../support/server/native-worlds.ts'
import { echo } from '../../support/server/worlds.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const hooks = [late, rank]

/** All that is the same in process and over the wire. */
const comparable = ({ taskId, trajectories, aborted }: Group) => ({
  taskId,
  ended: trajectories.map(comparableTrajectory),
  aborted: aborted.map(comparableTrajectory),
})
const comparableTrajectory = ({ seed, member, forkPath, ending, endingReason, rewards, steps }: Trajectory) => ({
  ...{ seed, member, forkPath, ending, endingReason },
  rewards: rewards.map(withoutLatency),
  steps: steps.map(({ trajectoryId: _, anchors, nextAnchors, rewards: vector, ...step }) => ({
    ...step,
    anchor: [anchors.text, nextAnchors.text],
    rewards: vector.map(withoutLatency),
  })),
})
const withoutLatency = ({ latencyMs: _, ...reward }: Reward) => reward

describe('rolloutRemote', () => {
  it.each([1, 2, 3])('gives with seed %i the group that a rollout in process gives', async (seed) => {
    const agent = await createAgent(random)
    const world = await openWorld(dice)
    const task = world.tasks.byId('a')
    const settings = { groupId: 'g', size: 3, agent, hooks: hookSet(hooks), runKey: 'key' }
    const local = await rolloutGroup(world, { task, seed, maxSteps: 4 }, settings)
    const gym = await connect((await served([dice], { hooks })).url)
    const remote = await rolloutRemote(gym, { task: 'a', seed, maxSteps: 4, size: 3 }, { agent })
    expect(comparable(remote)).toEqual(comparable(local))
    expect(remote.trajectories[0]?.steps).toHaveLength(4)
    await gym.close()
  })

  it('sets members apart whose agent failed or whose environment broke', async () => {
    const gym = await connect((await served([echo])).url)
    const actions = ['stop', 'throw', null]
    let next = 0
    const agent: Agent = {
      name: 'odd',
      act() {
        const action = actions[next++]
        if (action) return { action }
        throw new Error('no idea')
      },
    }
    const { trajectories, aborted } = await rolloutRemote(gym, { size: 3 }, { agent })
    expect(trajectories.map(({ steps }) => steps.map(({ action }) => action))).toEqual([['stop']])
    expect(aborted.map(({ endingReason }) => endingReason)).toEqual([
      expect.stringMatching(/^ENV_FAILED: step 0: the environment threw \(reference [^)]*\)$/),
      'AGENT_FAILED: no idea',
    ])
    await gym.close()
  })

  it('aborts running episodes when it is cancelled', async () => {
    const gym = await connect((await served([echo])).url)
    const calling = new AbortController()
    let asked = 0
    const agent: Agent = {
      name: 'forever',
      act: () => {
        if (++asked === 2) setImmediate(() => calling.abort())
        return new Promise(() => {})
      },
    }
    const rolling = rolloutRemote(gym, { size: 2 }, { agent, signal: calling.signal })
    expect((await rolling).aborted).toHaveLength(2)
    await gym.close()
  })

  const forever: Agent = { name: 'forever', act: () => new Promise(() => {}) }
  const slow: Agent = {
    name: 'slow',
    act: async ({ history, signal }) => {
      // It answers when its time is up, however long that takes on a busy machine.
      if (history.length === 2) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { action: '1' }
    },
  }
  const blocking: Agent = {
    name: 'blocking',
    act: ({ history }) => {
      const until = performance.now() + (history.length === 1 ? 600 : 0)
      while (performance.now() < until);
      return { action: '1' }
    },
  }
  const thrower: Agent = {
    name: 'thrower',
    act: () => {
      throw new GymError('EFFECT_FAILED', 'its model is away')
    },
  }
  const odd: Agent = {
    name: 'odd',
    act: () => ({ action: '1', evidence: JSON.parse('{"kind":"categorical","policyId":"p"}') }),
  }

  it.each([forever, slow, blocking, thrower, odd])(
    'ends an episode as in process if its agent is $name',
    async (agent) => {
      const judge = defineRewardHook({
        name: 'judge',
        version: 1,
        scope: 'outcome',
        reward: ({ steps }) => steps.length,
      })
      const world = await openWorld(dice)
      const settings = {
        groupId: 'g',
        size: 2,
        agent,
        hooks: hookSet([judge]),
        runKey: 'key',
        limits: { agentMs: 400 },
      }
      const local = await rolloutGroup(world, { task: world.tasks.byId('a'), seed: 3 }, settings)
      const gym = await connect((await served([dice], { hooks: [judge] })).url)
      const remote = await rolloutRemote(gym, { task: 'a', seed: 3, size: 2 }, { agent, agentMs: 400 })
      expect(comparable(remote)).toEqual(comparable(local))
      expect(remote.trajectories.length + remote.aborted.length).toBe(2)
      await gym.close()
    },
  )

  it('aborts an episode without time left if its role may not truncate it', async () => {
    const tokens = [{ role: 'agent', token: TOKENS.agent }] as const
    const gym = await connect((await served([echo], { tokens })).url, { token: TOKENS.agent })
    const episode = await gym.reset()
    expect(await playEpisode(episode, { agent: forever, agentMs: 20 })).toMatchObject({ endingReason: 'agentMs' })
    await expect.poll(() => episode.ending).toBe('aborted')
    await gym.close()
  })

  it('throws if the session is over, with every member stopped', async () => {
    const gym = await connect((await served([echo])).url)
    let acts = 0
    const agent: Agent = {
      name: 'quitter',
      async act() {
        if (++acts === 10) await gym.close()
        return { action: 'on' }
      },
    }
    await expect(rolloutRemote(gym, { size: 3 }, { agent })).rejects.toThrow(code('CONNECTION_LOST'))
    const before = acts
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(acts).toBe(before)
  })
})

describe('playEpisode', () => {
  it('continues the history of the forked episode, and stops if a deadline ended the episode', async () => {
    const gym = await connect((await served([echo], { limits: { episodeMs: 100 } })).url)
    // The deadline passes at the fourth step, however busy the machine is.
    stopClock()
    const episode = await gym.reset()
    await episode.step('first')
    const [fork] = await episode.fork()
    if (!fork) throw new Error('no fork')
    const lengths: number[] = []
    const agent: Agent = {
      name: 'historian',
      async act({ history }) {
        lengths.push(history.length)
        if (lengths.length === 4) await pass(100)
        return { action: 'on' }
      },
    }
    const history = [{ observation: 'a', action: 'first', isActionValid: true }]
    const { steps, agentFailure } = await playEpisode(fork, { agent, history })
    expect(fork.ending).toBe('truncated')
    expect(agentFailure).toBeNull()
    expect(lengths).toEqual([1, 2, 3, 4])
    expect(steps[0]).toMatchObject({ index: 1, before: 'first', action: 'on', observation: 'on' })
    await gym.close()
  })
})
