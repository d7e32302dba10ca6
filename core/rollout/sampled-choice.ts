import type { CategoricalEvidence, Json } from '../data/types.ts'

/** Distribution over the admissible actions of a state: one number an action, in their order. */
export interface Distribution {
  readonly probabilities: ArrayLike<number>
  /** Natural logarithms of the probabilities. */
  readonly logProbs: ArrayLike<number>
}

/** Action with the evidence of how it was chosen. */
export interface SampledChoice {
  readonly action: Json
  readonly evidence: CategoricalEvidence
}

/**
 * Samples one of the admissible actions; its evidence has the whole distribution.
 * @param policy what sampled, as evidence names it
 * @param actions admissible ones, at least one
 * @param uniform random number from 0, below 1
 */
export function sampledChoice(
  policy: Pick<CategoricalEvidence, 'policyId' | 'policyVersion'>,
  actions: readonly Json[],
  { probabilities, logProbs }: Distribution,
  uniform: number,
): SampledChoice {
  const index = sampledIndex(probabilities, uniform)
  const chosen = { actions, index, logProb: logProbs[index] ?? 0, logProbs: Array.from(logProbs) }
  const evidence: CategoricalEvidence = { kind: 'categorical', ...policy, temperature: 1, topP: 1, ...chosen }
  return { action: actions[index] ?? null, evidence }
}

/** By inversion; never an action of probability 0. */
function sampledIndex(probabilities: ArrayLike<number>, uniform: number): number {
  let remaining = uniform
  let last = 0
  for (let at = 0; at < probabilities.length; at++) {
    const probability = probabilities[at] ?? 0
    if (probability === 0) continue
    last = at
    remaining -= probability
    if (remaining < 0) break
  }
  return last
}
