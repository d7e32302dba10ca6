import type { Evidence } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * The mean log-probability of an action under the policy that took it, in nats a token, with the log-probability of
 * each token; of an action picked from a list, its log-probability. At most 0; the nearer to 0, the surer the policy
 * was. Declines where evidence is missing, holds no token, or does not fit its tokens.
 */
export default defineRewardHook({
  name: 'confidence',
  version: 1,
  scope: 'process',
  summary: 'mean log-probability a token of the action under the policy that took it',
  maxBatch: 256,
  reward(steps) {
    const logProbs = steps.map(({ evidence }) => logProbsOf(evidence))
    return {
      perStep: logProbs.map((values) => (values === null ? null : mean(values))),
      perToken: steps.map(({ evidence }, index) => (evidence?.kind === 'token' ? (logProbs[index] ?? null) : null)),
    }
  },
})

function logProbsOf(evidence: Evidence | undefined): readonly number[] | null {
  if (evidence === undefined) return null
  const logProbs = evidence.kind === 'token' ? evidence.logProbs : [evidence.logProb]
  const count = evidence.kind === 'token' ? evidence.actionTokenIds.length : 1
  return count > 0 && logProbs.length === count && logProbs.every(Number.isFinite) ? logProbs : null
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
