import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import random from '../../agents/random.ts'
import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { CategoricalEvidence, Json, JsonObject } from '../../core/data/types.ts'
import type { AgentContext, Choice } from '../../core/rollout/agent.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'

interface Situation {
  readonly actions: readonly Json[] | null
  readonly seed?: number
  readonly options?: JsonObject
}

async function choose({ actions, seed = 0, options }: Situation): Promise<Choice> {
  const agent = await createAgent(random, options)
  const context: AgentContext = {
    observation: '',
    history: [],
    actions,
    rng: new Rng(keyOfSeed(seed), 0),
    signal: new AbortController().signal,
  }
  return agent.act(context)
}

function evidenceOf({ evidence }: Choice): CategoricalEvidence {
  if (evidence?.kind !== 'categorical') throw new Error('categorical evidence expected')
  return evidence
}

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, seed) => seed)

describe('the random agent', () => {
  it('takes an admissible action and says how likely it was', async () => {
    const actions = ['click[a]', 'click[b]', { go: 'north' }, 4]
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const choice = await choose({ actions, seed })
        const { index, logProb, policyId } = evidenceOf(choice)
        expect(choice.action).toBe(actions[index])
        expect(logProb).toBeCloseTo(Math.log(1 / 4), 12)
        expect(policyId).toBe('random')
      }),
    )
  })

  it('takes each about equally often', async () => {
    const choices = await Promise.all(seeds(3000).map((seed) => choose({ actions: ['a', 'b', 'c'], seed })))
    for (const action of ['a', 'b', 'c'])
      expect(Math.abs(choices.filter((choice) => choice.action === action).length - 1000)).toBeLessThan(130)
  })

  it('counts an action that is listed twice once', async () => {
    const evidence = evidenceOf(await choose({ actions: ['a', 'a', { x: 1, y: 2 }, { y: 2, x: 1 }] }))
    expect(evidence.actions).toHaveLength(2)
    expect(evidence.logProb).toBeCloseTo(Math.log(1 / 2), 12)
  })

  it('is sure of an only action, without a negative zero', async () => {
    expect(Object.is(evidenceOf(await choose({ actions: ['a'] })).logProb, 0)).toBe(true)
  })

  it('takes actions as they are written', async () => {
    expect((await choose({ actions: ['click[<b>]'] })).action).toBe('click[<b>]')
  })

  it('takes from its own actions if the environment lists none', async () => {
    const choice = await choose({ actions: null, options: { actions: ['7', '8'] } })
    expect(['7', '8']).toContain(choice.action)
  })

  it('fails with advice if there is nothing to take', async () => {
    await expect(choose({ actions: null })).rejects.toMatchObject({
      code: 'AGENT_FAILED',
      message: expect.stringContaining('lists no actions: give the random agent some'),
    })
    await expect(choose({ actions: [] })).rejects.toMatchObject({ code: 'AGENT_FAILED' })
  })

  it('refuses options that it does not have, or of another kind', async () => {
    await expect(async () => createAgent(random, { alphabet: 'abc' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(async () => createAgent(random, { actions: 'abc' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
