import { beforeAll, describe, expect, it } from 'vitest'
import { expectSync, fork, openWorld, startEpisode } from '../../../core/index.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import { type ExactModel, observationsOf } from '../../../evaluation/exact/model.ts'
import { tableOf } from '../../../evaluation/exact/policy-table.ts'
import { optimalValues, valuesOf } from '../../../evaluation/exact/values.ts'
import { lopsided } from '../../support/exact-worlds.ts'

const startOf = async (options = {}) => {
  const world = await openWorld(shop, options)
  return startEpisode(world, { task: world.tasks.at('train', 0), seed: 0 })
}

let model: ExactModel
let table: Float64Array
beforeAll(async () => {
  model = enumerate(await startOf())
  table = tableOf(model, lopsided)
})

/** V_t(s) by plain recursion over the environment, a few steps before the horizon. */
function plainValue(episode: Awaited<ReturnType<typeof startOf>>, left: number): number {
  const actions = episode.actions() ?? []
  if (left === 0 || episode.ending !== null) return 0
  const probabilities = lopsided.probabilities(episode.text(), actions)
  return actions.reduce<number>((sum, action, at) => {
    const branch = expectSync(fork(episode))
    const { reward } = expectSync(branch.step(action))
    return sum + (probabilities[at] ?? 0) * ((reward ?? 0) + plainValue(branch, left - 1))
  }, 0)
}

describe('the exact model of the miniature shop', () => {
  it('lists a few hundred states, each with a text of its own unless the purchase was made', () => {
    expect(model.stateCount).toBeGreaterThan(300)
    const { ids } = observationsOf(model)
    const open = Array.from(ids).filter((_, at) => (model.choiceStarts[at + 1] ?? 0) > (model.choiceStarts[at] ?? 0))
    expect(new Set(open).size).toBe(open.length)
  })

  it('has the values of a plain recursion over the environment', async () => {
    const episode = await startOf()
    for (const action of ['search[quiet waterproof clock]', 'click[item 24]', 'colour[red]', 'size[medium]'])
      await episode.step(action)
    const { texts, ids } = observationsOf(model)
    const state = ids.indexOf(texts.indexOf(episode.text()))
    const { states } = valuesOf(model, table)
    for (const left of [1, 2, 3])
      expect(states[model.maxSteps - left]?.[state]).toBeCloseTo(plainValue(episode, left), 12)
  })

  it('has the values that forks of an episode earn on average', async () => {
    const episode = await startOf({ reward: 'graded' })
    for (const action of ['search[quiet waterproof clock]', 'click[item 24]']) await episode.step(action)
    const own = enumerate(episode)
    const exact = valuesOf(own, tableOf(own, lopsided)).states[0]?.[0] ?? Number.NaN
    const settings = { trajectoryId: 't', agent: policyAgent(lopsided), hooks: hookSet([]) }
    const count = 600
    let [sum, squares] = [0, 0]
    for (let at = 0; at < count; at++) {
      const { steps } = await runEpisode(expectSync(fork(episode)), settings)
      const earned = steps.reduce((total, { rewards }) => total + (rewards[0]?.value ?? 0), 0)
      sum += earned
      squares += earned * earned
    }
    const error = Math.sqrt((squares / count - (sum / count) ** 2) / count)
    expect(Math.abs(sum / count - exact)).toBeLessThan(4 * error)
  })

  it('can be solved: the best policy succeeds in every of the first tasks, one that takes all alike hardly ever', async () => {
    const world = await openWorld(shop)
    for (let at = 0; at < 3; at++) {
      const task = enumerate(expectSync(startEpisode(world, { task: world.tasks.at('train', at), seed: 0 })))
      expect(optimalValues(task).states[0]?.[0]).toBe(1)
      const even = task.actionOf.length
      expect(valuesOf(task, evenTable(task, even)).states[0]?.[0]).toBeLessThan(0.02)
    }
  })
})

function evenTable({ choiceStarts, stateCount }: ExactModel, choices: number): Float64Array {
  const even = new Float64Array(choices)
  for (let state = 0; state < stateCount; state++) {
    const [start, end] = [choiceStarts[state] ?? 0, choiceStarts[state + 1] ?? 0]
    even.fill(1 / (end - start), start, end)
  }
  return even
}
