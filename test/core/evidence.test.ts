import { describe, expect, it } from 'vitest'
import { readEvidence } from '../../core/data/evidence.ts'

const sampled = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }
const categorical = { kind: 'categorical', ...sampled, actions: ['a', { x: 1 }], index: 1, logProb: -0.5 }
const token = {
  ...{ kind: 'token', ...sampled, promptTokenIds: [1, 2], actionTokenIds: [3], finishReason: 'stop' },
  logProbs: [Number.NEGATIVE_INFINITY],
}

describe('evidence from elsewhere', () => {
  it.each([categorical, token])('is read as it is: %j', (evidence) => {
    expect(readEvidence(evidence)).toEqual(evidence)
    expect(Object.isFrozen(readEvidence(evidence))).toBe(true)
  })

  it('keeps its own fields and no others, and takes null for absent', () => {
    const more = { tokenizerId: null, logProbs: null, state: 'secret', finishReason: 'stop' }
    expect(readEvidence({ ...categorical, ...more })).toEqual(categorical)
    expect(readEvidence({ ...token, tokenizerId: 't', index: 3 })).toEqual({ ...token, tokenizerId: 't' })
  })

  it.each([
    ['no object', null, 'evidence'],
    ['a list', [], 'policyId'],
    ['another kind', { ...categorical, kind: 'odd' }, 'kind'],
    ['no version', { ...categorical, policyVersion: undefined }, 'policyVersion'],
    ['an invalid temperature', { ...categorical, temperature: 'hot' }, 'temperature'],
    ['an index beyond the actions', { ...categorical, index: 2 }, 'index'],
    ['a chance above one', { ...categorical, logProb: 0.1 }, 'logProb'],
    ['chances of other actions', { ...categorical, logProbs: [0] }, 'logProbs'],
    ['an integer that lost its digits', { ...categorical, actions: [2n ** 60n], index: 0 }, 'actions'],
    ['an invalid token', { ...token, actionTokenIds: [0.5] }, 'actionTokenIds'],
    ['a token without its chance', { ...token, logProbs: [] }, 'logProbs'],
    ['no reason to stop', { ...token, finishReason: null }, 'finishReason'],
  ])('is refused: %s', (_, evidence, field) => {
    const refusal = expect.objectContaining({ code: 'EVIDENCE_INVALID', message: expect.stringContaining(field) })
    expect(() => readEvidence(evidence)).toThrow(refusal)
  })
})
