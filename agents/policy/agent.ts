import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import type { Json } from '../../core/data/types.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { sampledChoice } from '../../core/rollout/sampled-choice.ts'
import { choiceFeatures, type FeatureRows } from './features.ts'
import type { PolicyNetwork } from './network.ts'

/** Name of the policy in its evidence and in records. */
export const POLICY_NAME = 'policy'

/** Log-probabilities of a state's actions, with the features that they came from. */
export interface Scored {
  readonly rows: FeatureRows
  readonly logProbs: Float64Array
}

/**
 * Log-probabilities of a state's actions under a network; states that were asked for lately are remembered, since
 * members of a group share most of them.
 */
export interface StateScorer {
  readonly network: PolicyNetwork
  score(observation: string, actions: readonly Json[]): Scored
}

/** States that a scorer remembers; then it forgets all of them. */
const MOST_STATES = 20_000

/** Scorer of states by one network. */
export function stateScorer(network: PolicyNetwork): StateScorer {
  const known = new Map<string, Scored & { readonly actions: readonly Json[] }>()
  return {
    network,
    score(observation, actions) {
      const before = known.get(observation)
      if (before && areSame(before.actions, actions)) return before
      const rows = choiceFeatures({ observation, actions }, network.sizes.features)
      const scored = { rows, logProbs: network.forward(rows).logProbs, actions }
      if (known.size >= MOST_STATES) known.clear()
      known.set(observation, scored)
      return scored
    },
  }
}

function areSame(known: readonly Json[], actions: readonly Json[]): boolean {
  if (known === actions) return true
  if (known.length !== actions.length) return false
  return known.every((action, at) => action === actions[at] || canonicalJson(action) === canonicalJson(actions[at]))
}

/**
 * Agent that samples from the network's distribution over the admissible actions. Its evidence has all
 * log-probabilities. It fails with AGENT_FAILED where the state lists no actions.
 */
export const networkAgent = (scorer: StateScorer): Agent => ({
  name: POLICY_NAME,
  act({ observation, actions, rng }) {
    if (actions === null || actions.length === 0) throw nothingToTake(actions)
    const { logProbs } = scorer.score(observation, actions)
    const named = { policyId: POLICY_NAME, policyVersion: scorer.network.version }
    return sampledChoice(named, actions, { probabilities: logProbs.map(Math.exp), logProbs }, rng.float())
  },
})

const nothingToTake = (listed: readonly Json[] | null): GymError =>
  new GymError(
    'AGENT_FAILED',
    listed === null
      ? 'the environment lists no actions, and the policy chooses among those: give it an environment that does'
      : 'no action is admissible here',
  )
