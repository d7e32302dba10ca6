import { policyNetwork, stateScorer } from '../../agents/policy.ts'
import type { Json } from '../../core/data/types.ts'
import type { Policy } from '../../core/rollout/policy.ts'
import type { Weights } from '../../models/weights/weights.ts'

/**
 * The policy of a network that `trainPolicy` has trained, as a function of the observation: it acts as the agent
 * `policy` does.
 * @throws GymError MODEL_INVALID for weights that are not such a network
 */
export function trainedPolicy(weights: Weights): Policy {
  const scorer = stateScorer(policyNetwork(weights))
  return {
    name: 'trained',
    version: scorer.network.version,
    probabilities(observation: string, actions: readonly Json[]) {
      const probabilities = scorer.score(observation, actions).logProbs.map(Math.exp)
      const sum = probabilities.reduce((total, each) => total + each, 0)
      return probabilities.map((each) => each / sum)
    },
  }
}
