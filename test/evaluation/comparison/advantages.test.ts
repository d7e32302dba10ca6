import { beforeAll, describe, expect, it } from 'vitest'
import {
  initialPolicyWeights,
  networkAgent,
  policyNetwork,
  type StateScorer,
  stateScorer,
} from '../../../agents/policy.ts'
import { batchOfGroups } from '../../../core/batch/index.ts'
import { Rng } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { exactAdvantages } from '../../../evaluation/comparison/exact-advantages.ts'
import { randomRewards } from '../../../evaluation/comparison/random-rewards.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { observationsOf } from '../../../evaluation/exact/model.ts'
import { tableOf } from '../../../evaluation/exact/policy-table.ts'
import { stateValuesOf } from '../../../evaluation/exact/state-values.ts'
import { advantagesOf, valuesOf } from '../../../evaluation/exact/values.ts'
import { rollOutGroups, stepsOf } from '../../../training/rollouts.ts'
import { lopsided, slippery, startOf } from '../../support/exact-worlds.ts'

/** A policy that is not even: some weights of an untrained network, moved. */
function unevenScorer(): StateScorer {
  const rng = new Rng({ word0: 5, word1: 0 }, 0)
  const weights = initialPolicyWeights({ features: 128, hidden: 4 }, 1)
  const moved = Object.entries(weights).map(([name, { shape, data }]) => {
    return [name, { shape, data: data.map((value) => value + rng.float() - 0.5) }] as const
  })
  return stateScorer(policyNetwork(Object.fromEntries(moved)))
}

let groups: readonly Group[]
const scorer = unevenScorer()
const open = () => openWorld(shop, { reward: 'graded' })

const PLAN = {
  agent: networkAgent(scorer),
  hooks: hookSet([]),
  split: 'train',
  tasks: [0, 1],
  size: 3,
  seed: 1,
  firstGroup: 0,
  runKey: '',
  signal: new AbortController().signal,
}

beforeAll(async () => {
  const rolled = await rollOutGroups({ ...PLAN, world: await open() })
  if (rolled === null) throw new Error('nothing interrupts it')
  groups = rolled
})

describe('values of states alone', () => {
  it('are those that the full induction has', async () => {
    const model = enumerate(await startOf(slippery))
    const table = tableOf(model, lopsided)
    for (const [step, values] of stateValuesOf(model, table).entries())
      for (const [state, value] of values.entries())
        expect(value).toBeCloseTo(valuesOf(model, table).states[step]?.[state] ?? Number.NaN, 12)
  })
})

describe('the exact advantages of a policy that learns', () => {
  it.each([
    ['of the environment', 0],
    ['of the training', 3],
  ])('are, up to one factor, Q - V of the policy that acted, where it acted, in the steps %s', async (_, maxSteps) => {
    const world = await open()
    const limits = maxSteps > 0 ? { maxSteps } : {}
    const played = ((await rollOutGroups({ ...PLAN, world, ...limits })) ?? []).slice(0, 1)
    const batch = batchOfGroups(played)
    const { advantages, mask } = await exactAdvantages(world, maxSteps)({ batch, groups: played, scorer, iteration: 1 })
    const expected = played.flatMap(({ taskId, trajectories }) => {
      const model = enumerate(expectSync(startEpisode(world, { task: world.tasks.byId(taskId), seed: 0, ...limits })))
      const { ids, texts } = observationsOf(model)
      const probabilities = (text: string, actions: Parameters<StateScorer['score']>[1]) =>
        Array.from(scorer.score(text, actions).logProbs, Math.exp)
      const exact = advantagesOf(model, valuesOf(model, tableOf(model, { name: 'p', version: '1', probabilities })))
      return trajectories.flatMap(({ steps }) =>
        steps.map(({ observation, action, index }) => {
          const state = ids.indexOf(texts.indexOf(observation))
          const choices = Array.from({ length: model.actionOf.length }, (_, at) => at)
          const own = choices.slice(model.choiceStarts[state], model.choiceStarts[state + 1])
          const choice = own.find((at) => model.actions[model.actionOf[at] ?? 0] === action) ?? -1
          return exact[index]?.[choice] ?? Number.NaN
        }),
      )
    })
    const size = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length)
    expect(expected.length).toBe(batch.rowCount)
    expect(size).toBeGreaterThan(0)
    for (const [row, value] of expected.entries()) expect(advantages[row]).toBeCloseTo(value / size, 9)
    expect(mask.every((each) => each === 1)).toBe(true)
  })

  it('are refused in a world whose states look alike', async () => {
    const world = await openWorld((await import('../../../envs/grid/index.ts')).default, { aliasing: 2 })
    const group = { ...groups[0], taskId: world.tasks.at('train', 0).id, trajectories: [] } as const
    const context = { batch: batchOfGroups(groups), groups: [{ ...group, ...NO_GROUP }], scorer, iteration: 1 }
    expect(() => exactAdvantages(world)(context)).toThrow(/two states look alike/)
  })
})

const NO_GROUP = { id: 'g', environment: 'grid@1', startTag: '', aborted: [] }

describe('random rewards', () => {
  const batchAndGroups = () => ({ batch: batchOfGroups(groups), groups, scorer })

  it('are the same for all steps of an episode, and sum to zero over the episodes of a group', async () => {
    const { batch } = batchAndGroups()
    const { advantages } = await randomRewards(3)({ ...batchAndGroups(), iteration: 1 })
    const byEpisode = batch.trajectories.ids.map((_, at) => advantages[batch.trajectories.starts[at] ?? 0] ?? 0)
    for (const [row, value] of advantages.entries()) expect(value).toBe(byEpisode[batch.trajectoryOf[row] ?? 0])
    for (const group of [0, 1]) {
      const own = byEpisode.filter((_, at) => batch.trajectories.groupOf[at] === group)
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12)
    }
  })

  it('depend on the seed and the iteration, and not on what was earned', async () => {
    const drawn = async (seed: number, iteration: number) =>
      (await randomRewards(seed)({ ...batchAndGroups(), iteration })).advantages
    expect(await drawn(3, 1)).toEqual(await drawn(3, 1))
    const others = await Promise.all([2, 3, 4, 5, 6].map((iteration) => drawn(3, iteration)))
    expect(new Set(others.map((values) => values.join())).size).toBeGreaterThan(1)
    expect(stepsOf(groups).length).toBe((await drawn(3, 1)).length)
  })
})
