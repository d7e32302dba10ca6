import { describe, expect, it } from 'vitest'
import { Rng } from '../../core/data/rng.ts'
import { openWorld, runEpisode, startEpisode } from '../../core/index.ts'
import { hookSet } from '../../core/reward/hook.ts'
import type { AgentContext } from '../../core/rollout/agent.ts'
import { type Policy, policyAgent } from '../../core/rollout/policy.ts'
import guessNumber from '../../envs/guess-number.ts'

const policyOf = (probabilities: readonly number[]): Policy => ({
  name: 'fixed',
  version: '7',
  probabilities: () => probabilities,
})

const contextOf = (actions: readonly string[] | null, step: number): AgentContext => ({
  observation: 'here',
  history: [],
  actions,
  rng: new Rng({ word0: 1, word1: 2 }, step),
  signal: new AbortController().signal,
})

const ACTIONS = ['a', 'b', 'c']

describe('an agent that samples from a policy', () => {
  it('takes each action as often as its probability says, and never one of probability 0', async () => {
    const agent = policyAgent(policyOf([0.5, 0, 0.5]))
    const taken = await Promise.all(Array.from({ length: 4000 }, (_, step) => agent.act(contextOf(ACTIONS, step))))
    const share = taken.filter(({ action }) => action === 'a').length / taken.length
    expect(share).toBeGreaterThan(0.47)
    expect(share).toBeLessThan(0.53)
    expect(taken.some(({ action }) => action === 'b')).toBe(false)
  })

  it('says in its evidence what every action was worth to it', async () => {
    const { evidence } = await policyAgent(policyOf([0.25, 0.75, 0])).act(contextOf(ACTIONS, 0))
    expect(evidence).toMatchObject({
      kind: 'categorical',
      policyId: 'fixed',
      policyVersion: '7',
      logProbs: [Math.log(0.25), Math.log(0.75), -Infinity],
    })
  })

  it.each([
    [[0.5, 0.4], 'too few'],
    [[0.5, 0.5, 0.5], 'too much'],
    [[-0.5, 1, 0.5], 'below zero'],
    [[Number.NaN, 0.5, 0.5], 'no number'],
  ])('refuses an invalid distribution: %j (%s)', (probabilities) => {
    expect(() => policyAgent(policyOf(probabilities)).act(contextOf(ACTIONS, 0))).toThrow(/AGENT_FAILED|probabilities/)
  })

  it('refuses an environment that lists no actions', () => {
    expect(() => policyAgent(policyOf([1])).act(contextOf(null, 0))).toThrow(
      /needs an environment that lists its actions/,
    )
  })

  it('plays a whole episode whose evidence passes the kernel', async () => {
    const world = await openWorld(guessNumber)
    const uniform: Policy = {
      name: 'uniform',
      version: '1',
      probabilities: (_, { length }) => Array(length).fill(1 / length),
    }
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 3 })
    const { ending, steps } = await runEpisode(episode, {
      trajectoryId: 't',
      agent: policyAgent(uniform),
      hooks: hookSet([]),
    })
    expect(ending).not.toBe('aborted')
    expect(steps.every(({ evidence }) => evidence?.kind === 'categorical')).toBe(true)
  })
})
