import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import policy, { initialPolicyWeights, networkAgent, policyNetwork, stateScorer } from '../../../agents/policy.ts'
import { checkAgent } from '../../../core/check/agent.ts'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { CategoricalEvidence, Json } from '../../../core/data/types.ts'
import type { AgentContext, Choice } from '../../../core/rollout/agent.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import grid from '../../../envs/grid/index.ts'
import { encodeSafetensors } from '../../../models/weights/safetensors.ts'
import type { Weights } from '../../../models/weights/weights.ts'
import { newFolder } from '../../support/folder.ts'

const SIZES = { features: 64, hidden: 4 }

/** Weights under which actions differ in probability. */
const unequal = (seed: number): Weights => {
  const weights = initialPolicyWeights(SIZES, seed)
  const { head } = weights
  return { ...weights, head: { shape: head?.shape ?? [], data: Float32Array.of(3, -3, 2, 1) } }
}

const context = (actions: readonly Json[] | null, seed = 0): AgentContext => ({
  observation: 'Goal: go up',
  history: [],
  actions,
  rng: new Rng(keyOfSeed(seed), 0),
  signal: new AbortController().signal,
})

function evidenceOf({ evidence }: Choice): CategoricalEvidence {
  if (evidence?.kind !== 'categorical') throw new Error('categorical evidence expected')
  return evidence
}

describe('the policy', () => {
  it('keeps the contract of agents', async () => {
    const agent = networkAgent(stateScorer(policyNetwork(unequal(1))))
    for await (const { rule, status } of checkAgent(agent, grid)) expect(status, rule).toBe('passed')
  })

  it('records the log-probabilities of all actions, which sum to 1, and the version of its weights', async () => {
    const network = policyNetwork(unequal(2))
    const choice = await networkAgent(stateScorer(network)).act(context(['up', 'down', 'left']))
    const { actions, index, logProb, logProbs = [], policyVersion } = evidenceOf(choice)
    expect(choice.action).toBe(actions[index])
    expect(logProbs[index]).toBe(logProb)
    expect(logProbs.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 12)
    expect(policyVersion).toBe(network.version)
  })

  it('takes each action as often as its probability says', async () => {
    const agent = networkAgent(stateScorer(policyNetwork(unequal(3))))
    const choices = await Promise.all(
      Array.from({ length: 3000 }, (_, seed) => agent.act(context(['up', 'down'], seed))),
    )
    const [first = 0] = evidenceOf(choices[0] ?? { action: null }).logProbs ?? []
    const share = choices.filter(({ action }) => action === 'up').length / choices.length
    expect(Math.abs(share - Math.exp(first))).toBeLessThan(0.04)
    expect(Math.abs(first - Math.log(0.5))).toBeGreaterThan(0.1)
  })

  it('remembers a state, and not the one that lists other actions', () => {
    const scorer = stateScorer(policyNetwork(unequal(4)))
    const first = scorer.score('a page', ['up', { to: 'b' }])
    expect(scorer.score('a page', ['up', { to: 'b' }])).toBe(first)
    expect(scorer.score('a page', ['up', { to: 'c' }]).logProbs).not.toEqual(first.logProbs)
  })

  it('fails where no action is listed', async () => {
    const agent = await createAgent(policy)
    expect(() => agent.act(context(null))).toThrowError('lists no actions')
    expect(() => agent.act(context([]))).toThrowError('no action is admissible')
  })

  it('is uniform until it is trained, and takes its weights from a file', async () => {
    const { logProbs = [] } = evidenceOf(await (await createAgent(policy)).act(context(['up', 'down'])))
    for (const value of logProbs) expect(value).toBeCloseTo(Math.log(0.5), 12)
    const file = join(newFolder(), 'policy.safetensors')
    writeFileSync(file, encodeSafetensors({ weights: unequal(5), metadata: {} }))
    const loaded = await createAgent(policy, { weights: file })
    expect(evidenceOf(await loaded.act(context(['up', 'down']))).policyVersion).toBe(policyNetwork(unequal(5)).version)
    expect(() => createAgent(policy, { weights: `${file}.none` })).toThrowError('cannot be read')
  })
})
