import { describe, expect, it } from 'vitest'
import { checkAgent } from '../../../core/check/agent.ts'
import type { CategoricalEvidence } from '../../../core/data/types.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { dice } from '../../support/core-worlds.ts'

const brokenRules = async (agent: Agent): Promise<readonly string[]> => {
  const broken: string[] = []
  for await (const { rule, status } of checkAgent(agent, dice)) if (status === 'failed') broken.push(rule)
  return broken
}
const evidence: CategoricalEvidence = {
  kind: 'categorical',
  actions: ['1', '2'],
  index: 1,
  logProb: Math.log(0.25),
  logProbs: [Math.log(0.75), Math.log(0.25)],
  policyId: 'p',
  policyVersion: '1',
  temperature: 1,
  topP: 1,
}
let calls = 0

describe('checkAgent', () => {
  it('finds nothing in an agent that keeps the contract', async () => {
    expect(await brokenRules({ name: 'good', act: ({ rng }) => ({ action: `${rng.int(1, 3)}` }) })).toEqual([])
    expect(await brokenRules({ name: 'good', act: () => ({ action: '2', evidence }) })).toEqual([])
  })

  it.each<readonly [string, Agent['act'], RegExp]>([
    ['memory between calls', () => ({ action: `${calls++}` }), /called again/],
    ['Math.random', () => ({ action: `${Math.floor(Math.random() * 1e6)}` }), /called again/],
    ['evidence for another action', () => ({ action: '1', evidence }), /evidence/],
    [
      'probabilities that do not sum to 1',
      () => ({ action: '2', evidence: { ...evidence, logProbs: [0, Math.log(0.25)] } }),
      /evidence/,
    ],
    ['a positive log-probability', () => ({ action: '2', evidence: { ...evidence, logProb: 0.5 } }), /evidence/],
    [
      'tokens without log-probabilities',
      () => ({
        action: '2',
        evidence: {
          ...evidence,
          kind: 'token',
          promptTokenIds: [],
          actionTokenIds: [1],
          logProbs: [],
          finishReason: 'stop',
        },
      }),
      /evidence/,
    ],
  ])('finds %s', async (_, act, rule) => {
    expect((await brokenRules({ name: 'bad', act })).join('\n')).toMatch(rule)
  })
})
