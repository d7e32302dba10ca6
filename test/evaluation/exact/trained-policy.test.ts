import { describe, expect, it } from 'vitest'
import { initialPolicyWeights, policyNetwork, stateScorer } from '../../../agents/policy.ts'
import { Rng } from '../../../core/data/rng.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { distributionOf } from '../../../core/rollout/policy.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { runBench } from '../../../evaluation/creditbench/run.ts'
import { trainedPolicy } from '../../../evaluation/exact/trained-policy.ts'
import type { Weights } from '../../../models/weights/weights.ts'

/** Weights with which no two actions are equally likely. */
function uneven(): Weights {
  const weights = initialPolicyWeights({ features: 64, hidden: 4 }, 3)
  const rng = new Rng({ word0: 1, word1: 2 }, 0)
  for (const { data } of Object.values(weights)) data.set(data.map(() => rng.float() - 0.5))
  return weights
}

const CORRIDOR = {
  ...{ name: 'tiny', summary: 'a short corridor', environment: 'grid', tasks: 2 },
  options: { world: 'corridor', size: 1, horizon: 10 },
}

describe('a trained policy', () => {
  it('has the distribution of its network over the actions of a state', async () => {
    const weights = uneven()
    const world = await openWorld(shop)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 0 })
    const actions = episode.actions() ?? []
    const { logProbs } = stateScorer(policyNetwork(weights)).score(episode.text(), actions)
    const probabilities = Array.from(distributionOf(trainedPolicy(weights), episode.text(), actions))
    for (const [at, each] of probabilities.entries()) expect(Math.log(each)).toBeCloseTo(logProbs[at] ?? 0, 12)
    expect(new Set(probabilities).size).toBe(actions.length)
  })

  it('acts in every world of the bench in place of one of chosen competence', async () => {
    const settings = { rows: 1, seed: 0 }
    const [advised] = await runBench([CORRIDOR], [], settings)
    const [trained] = await runBench([CORRIDOR], [], { ...settings, policy: trainedPolicy(uneven()) })
    expect(advised?.facts.value).toBeCloseTo(0.3, 4)
    expect(trained?.facts.value).toBeLessThan(0.28)
  })

  it('is refused where its weights are not a policy', () => {
    expect(() => trainedPolicy({})).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }))
  })
})
