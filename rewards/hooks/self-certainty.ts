import type { Evidence } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { entropyOf, selfCertainty, uniformCrossEntropy } from '../log-probs/certainty.ts'
import { choice, logProbsIn } from '../recorded.ts'

const MEASURES = { certainty: selfCertainty, intuitor: uniformCrossEntropy, entropy: entropyOf } as const

/** Evidence of tokens has the log-probabilities of those that were sampled, and the measures need those of all. */
const NO_DISTRIBUTION = 'the evidence has no log-probability of every action that could be chosen'

/**
 * How far the policy's distribution over the listed actions is from a uniform one: self-certainty, -(1/V) sum log p -
 * log V (Kang et al., arXiv 2502.18581). `measure: 'intuitor'` leaves out log V (Intuitor, arXiv 2505.19590), `entropy`
 * is the entropy, in nats. Declines where the evidence lacks the whole distribution: top log-probabilities of tokens
 * cannot give these exactly.
 */
export default defineRewardHook({
  name: 'self-certainty',
  version: 1,
  scope: 'process',
  summary: "how far the policy's distribution over the actions is from uniform, or its entropy",
  maxBatch: 256,
  options: { measure: 'certainty' },
  reward(steps, { options }) {
    const measure = MEASURES[choice('self-certainty', 'measure', options.measure, ['certainty', 'intuitor', 'entropy'])]
    const distributions = steps.map(({ evidence }) => distributionOf(evidence))
    return {
      perStep: distributions.map((logProbs) => (logProbs === null ? null : measure(logProbs))),
      declined: distributions.map((logProbs) => (logProbs === null ? NO_DISTRIBUTION : null)),
    }
  },
})

function distributionOf(evidence: Evidence | undefined): readonly number[] | null {
  if (evidence?.kind !== 'categorical') return null
  const logProbs = logProbsIn([...(evidence.logProbs ?? [])])
  return logProbs?.length === evidence.actions.length ? logProbs : null
}
