import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialogueChoices } from '../../../agents/policy/dialogue/choices.ts'
import {
  choiceFeatures,
  choiceReader,
  initialPolicyWeights,
  policyNetwork,
  stateScorer,
} from '../../../agents/policy.ts'
import type { Json } from '../../../core/data/types.ts'

const state = fc.record({
  observation: fc.constantFrom('a page', 'another', '@.\n..\n#.'),
  actions: fc.subarray<Json>(['up', 'down', { name: 'go', to: 'b' }], { minLength: 1 }),
})
const TASK: Json = {
  tools: [{ function: { name: 'list', parameters: { type: 'object', properties: {}, required: [] } } }],
}
const dialogue = fc.record({
  observation: fc.constantFrom('[user]\nHello.', '[list]\n1'),
  history: fc.array(
    fc.record({
      observation: fc.constantFrom('[user]\nHello.', '[list]\n1'),
      action: fc.constantFrom<Json>({ respond: 'a' }, { respond: 'b' }),
      isActionValid: fc.constant(true),
    }),
    { maxLength: 2 },
  ),
})

describe('a reader of choices', () => {
  it('gives the features of the state alone, in any order of states, also where it forgets', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (states, most) => {
        const reader = choiceReader(64, most)
        for (const each of states) {
          const { actions, rows } = reader.listed(each.observation, each.actions)
          expect(rows).toEqual(choiceFeatures(each, 64))
          expect(actions).toEqual(each.actions)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('gives the candidates of the state alone for every past of a conversation', () => {
    fc.assert(
      fc.property(fc.array(dialogue, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (states, most) => {
        const reader = choiceReader(64, most)
        for (const { observation, history } of states)
          expect(reader.made(observation, { task: TASK, history })).toEqual(
            dialogueChoices({ task: TASK, history }, observation, 64),
          )
      }),
      { numRuns: 30 },
    )
  })

  it('is shared by the scorers of several policies, each with its own log-probabilities', () => {
    const reader = choiceReader(64)
    const policies = [1, 2].map((seed) => {
      const weights = initialPolicyWeights({ features: 64, hidden: 2 }, seed)
      return policyNetwork({ ...weights, head: { shape: [2, 1], data: Float32Array.of(seed, -1) } })
    })
    const actions = ['up', 'down']
    const shared = policies.map((network) => stateScorer(network, reader).score('a page', actions))
    const alone = policies.map((network) => stateScorer(network).score('a page', actions))
    expect(shared.map(({ logProbs }) => logProbs)).toEqual(alone.map(({ logProbs }) => logProbs))
    expect(shared[0]?.rows).toBe(shared[1]?.rows)
    expect(shared[0]?.logProbs).not.toEqual(shared[1]?.logProbs)
  })
})
