import { describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { defineRewardHook, hookSet } from '../../../core/reward/hook.ts'
import { LocalBranches } from '../../../core/sampling/local-branches.ts'
import { samplingMode } from '../../../core/sampling/modes.ts'
import { sampleGroup } from '../../../core/sampling/sample.ts'
import grid from '../../../envs/grid/index.ts'
import { rewardDistance } from '../../../rewards/evaluation/reward-distance.ts'
import { rewardPairs } from '../../../rewards/evaluation/reward-pairs.ts'
import { sampledProcess } from '../../../rewards/evaluation/sampled-process.ts'
import { gambler } from '../../support/sampling.ts'

const DISCOUNT = 0.9

function stepOf(at: string, action: string, to: string, rewards: Readonly<Record<string, number>>): Step {
  return {
    ...{ trajectoryId: 't', index: 0, action, forkPath: '', effects: [], isActionValid: true, info: {} },
    ...{ observation: at, nextObservation: to, anchors: { state: at }, nextAnchors: { state: to } },
    rewards: Object.entries(rewards).map(([name, value]) => ({ name, version: 1, latencyMs: 0, value })),
    ...{ terminated: false, truncated: false },
  }
}

/** Potential of a text, different for most. */
const potentialOf = (state: string | undefined): number =>
  [...(state ?? '')].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 97, 7) / 10

const negative = defineRewardHook({
  name: 'negative',
  version: 1,
  scope: 'turn',
  reward: ({ rewards }) => -(rewards[0]?.value ?? 0),
})
/** The environment's reward, doubled, with the potential of the state: 0 where the episode ends. */
const shaped = defineRewardHook({
  name: 'shaped',
  version: 1,
  scope: 'turn',
  reward: ({ rewards, anchors, nextAnchors, terminated }) =>
    2 * (rewards[0]?.value ?? 0) +
    DISCOUNT * (terminated ? 0 : potentialOf(nextAnchors.state)) -
    potentialOf(anchors.state),
})
const other = defineRewardHook({
  name: 'other',
  version: 1,
  scope: 'turn',
  reward: ({ nextAnchors }) => potentialOf(nextAnchors.state),
})

/** Every action of every state of a grid world, once, by a search that tries everything. */
async function everyStep(): Promise<readonly Step[]> {
  const world = await openWorld<object>(grid, { world: 'corridor' })
  const episode = { task: world.tasks.at('train', 0), seed: 1 }
  const hooks = hookSet([negative, shaped, other])
  const identity = { groupId: 'g', agentName: 'a', hooks, runKey: 'key' }
  const mode = samplingMode('best-first', { value: 'return' })
  const group = await sampleGroup(new LocalBranches(world, episode, identity), mode, {
    agent: gambler,
    budget: 100_000,
  })
  expect(group.sampling?.steps).toBeLessThan(100_000)
  return group.trajectories.flatMap(({ steps }) => steps)
}

describe('a process from recorded steps', () => {
  it('has probabilities by counts, means of rewards, and stays where nothing was done', () => {
    const steps = [
      stepOf('A', 'x', 'B', { r: 1 }),
      stepOf('A', 'x', 'B', { r: 3 }),
      stepOf('A', 'x', 'A', { r: 0 }),
      stepOf('A', 'y', 'C', { r: 5 }),
    ]
    const { dynamics, rewards, states, transitions } = sampledProcess(steps, { discount: DISCOUNT })
    expect([states, transitions]).toEqual([3, 3])
    expect(dynamics.transition).toEqual([
      [
        [1 / 3, 2 / 3, 0],
        [0, 0, 1],
      ],
      [[0, 1, 0]],
      [[0, 0, 1]],
    ])
    expect(rewards.get('r')).toEqual([
      [
        [0, 2, 0],
        [0, 0, 5],
      ],
      [[0, 0, 0]],
      [[0, 0, 0]],
    ])
  })

  it('leaves out a signal that is unknown on a transition, and refuses what it cannot compare on', () => {
    const steps = [stepOf('A', 'x', 'B', { r: 1, s: 1 }), stepOf('B', 'x', 'A', { r: 1 })]
    expect([...sampledProcess(steps).rewards.keys()]).toEqual(['r'])
    expect(() => sampledProcess([])).toThrow(/no steps/)
    expect(() => sampledProcess(steps, { anchor: 'page' })).toThrow(/no anchor page/)
    expect(() => sampledProcess(steps, { maxStates: 1 })).toThrow(/2 states, more than 1/)
    expect(() => sampledProcess(steps, { discount: 1 })).toThrow(/discount/)
  })

  it('gives exact distances on a grid where everything was tried: shaping and scale change nothing, a sign does', async () => {
    const process = sampledProcess(await everyStep(), { discount: DISCOUNT })
    const pairs = new Map(rewardPairs(process, [], 'value').map((pair) => [`${pair.first} ${pair.second}`, pair]))
    expect(pairs.get('env negative')?.distance).toBeCloseTo(2, 9)
    expect(pairs.get('env shaped')?.distance).toBeCloseTo(0, 6)
    expect(pairs.get('env shaped')?.raw).toBeGreaterThan(0.5)
    const [env, unlike] = [process.rewards.get('env') ?? [], process.rewards.get('other') ?? []]
    const distance = pairs.get('env other')?.distance
    expect(distance).toBe(rewardDistance(env, unlike, process.dynamics, 'value'))
    expect(distance).toBeGreaterThan(0.1)
  })

  it('compares the order of episodes of a group by the sums of two signals', () => {
    const episode = (r: number, s: number) => [stepOf('A', 'x', 'B', { r, s }), stepOf('B', 'x', 'A', { r, s })]
    const groups = [
      [episode(1, 1), episode(2, 2), episode(3, 0)],
      [episode(1, 1), episode(1, 2)],
    ]
    const [pair] = rewardPairs(sampledProcess(groups.flat(2)), groups, 'value')
    expect(pair).toMatchObject({ first: 'r', second: 's', pairs: 3, sameOrder: 1 / 3 })
  })
})
