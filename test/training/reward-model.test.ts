import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialPolicyWeights } from '../../agents/policy.ts'
import { batchOfGroups } from '../../core/batch/index.ts'
import type { Group } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import grid from '../../envs/grid/index.ts'
import { openRuntime, type Runtime } from '../../models/index.ts'
import oprl from '../../rewards/advantage/oprl.ts'
import { type AdvantageContext, type Iteration, openPolicyReward, trainPolicy } from '../../training/index.ts'

const SIZES = { features: 64, hidden: 3 }
const OPTIONS = {
  ...{ iterations: 3, groups: 3, groupSize: 6, tasks: 3, maxSteps: 12, evalEvery: 0 },
  ...SIZES,
}
const world = await openWorld(grid, { world: 'corridor', size: 2, reward: 'graded' })

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const opened = (method: 'oprl' | 'prime') =>
  openPolicyReward({ runtime, method, sizes: SIZES, seed: 1, minibatches: 2, learningRate: 0.01 })

/** A training by the process rewards of a model, with the groups that each iteration saw. */
async function trained(method: 'oprl' | 'prime') {
  const reward = await opened(method)
  const seen: (readonly Group[])[] = []
  const advantages = ({ groups, batch }: AdvantageContext) => {
    seen.push(groups)
    return oprl.compute(batch)
  }
  const iterations: Iteration[] = []
  const training = trainPolicy({
    world,
    hooks: hookSet([]),
    advantages,
    rewardModel: reward,
    seed: 2,
    options: OPTIONS,
  })
  for await (const iteration of training) iterations.push(iteration)
  await reward.model.close()
  return { iterations, seen }
}

describe('the reward model of a policy', () => {
  it.each(['oprl', 'prime'] as const)('of %s judges every step before it learns from the iteration', async (method) => {
    const { iterations, seen } = await trained(method)
    for (const [at, groups] of seen.entries()) {
      const rewards = groups.flatMap(({ trajectories }) =>
        trajectories.flatMap(({ steps }) => steps.map((step) => step.rewards.find(({ name }) => name === 'process'))),
      )
      const versions = new Set(rewards.map((reward) => reward?.model?.version))
      expect([...versions]).toEqual([iterations[at]?.report.rewardModel?.version])
      expect(rewards.every((reward) => reward?.value !== null)).toBe(true)
    }
    expect(new Set(iterations.map(({ report }) => report.rewardModel?.version)).size).toBeGreaterThan(1)
    expect(iterations.at(-1)?.state.rewardModel?.updates).toBeGreaterThan(0)
  })

  it('gives 0 to every step of the policy whose weights it starts with', async () => {
    const start = initialPolicyWeights(SIZES, 5)
    const bent = { ...start, head: { shape: [3, 1], data: Float32Array.of(0.4, -0.7, 0.2) } }
    const settings = { runtime, method: 'oprl', sizes: SIZES, seed: 1, minibatches: 1, learningRate: 0.01 } as const
    const reward = await openPolicyReward({ ...settings, start: bent })
    const values: number[] = []
    const advantages = ({ batch }: AdvantageContext) => {
      values.push(...(batch.signals.get('process')?.values ?? []))
      return oprl.compute(batch)
    }
    const shared = { world, hooks: hookSet([]), advantages, rewardModel: reward, start: bent }
    for await (const _ of trainPolicy({ ...shared, options: { ...OPTIONS, iterations: 1 } }))
      expect(values).not.toEqual([])
    for (const value of values) expect(value).toBeCloseTo(0, 6)
    await reward.model.close()
  })

  it('takes a trajectory for a success that returned more than the mean of its group, and leaves equal groups out', async () => {
    const reward = await opened('oprl')
    const { seen } = await trained('oprl')
    const groups = seen.flat().map((group, at) => ({ ...group, id: `${at}` }))
    const { pairs } = await reward.learn(groups)
    const returns = groups.map((group) => {
      const { trajectories, signals } = batchOfGroups([group])
      const values = signals.get('env')?.values ?? new Float64Array()
      return trajectories.ids.map((_, t) =>
        values.subarray(trajectories.starts[t], trajectories.starts[t + 1]).reduce((sum, value) => sum + value, 0),
      )
    })
    const expected = returns.map((each) => {
      const mean = each.reduce((sum, value) => sum + value, 0) / each.length
      const better = each.filter((value) => value > mean).length
      return better * (each.length - better)
    })
    expect(expected.some((count) => count > 0)).toBe(true)
    expect(pairs).toBe(expected.reduce((sum, count) => sum + count, 0))
    await reward.model.close()
  })
})
