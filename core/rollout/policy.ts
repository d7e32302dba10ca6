import { GymError } from '../data/errors.ts'
import { counted } from '../data/shown.ts'
import type { Json } from '../data/types.ts'
import type { Agent } from './agent.ts'
import { sampledChoice } from './sampled-choice.ts'

/**
 * A distribution over the actions that an environment lists, as a function of the observation alone. What is known
 * as a function, and not only by what it did, has exact values where states can be enumerated.
 */
export interface Policy {
  /** Recorded in its evidence. */
  readonly name: string
  readonly version: string
  /**
   * @param actions Those that are admissible, at least one.
   * @returns One probability an action, in their order, summing to 1.
   */
  probabilities(observation: string, actions: readonly Json[]): ArrayLike<number>
}

/**
 * An agent that samples from a policy, its evidence complete: all log-probabilities, of the distribution sampled from.
 * It fails with AGENT_FAILED where the environment lists no actions, or the policy gives no distribution over them.
 */
export const policyAgent = (policy: Policy): Agent => ({
  name: policy.name,
  act({ observation, actions, rng }) {
    if (actions === null || actions.length === 0)
      throw new GymError(
        'AGENT_FAILED',
        `the policy ${policy.name} needs an environment that lists its actions, and this state lists none`,
      )
    const probabilities = distributionOf(policy, observation, actions)
    const logProbs = Array.from(probabilities, Math.log)
    const named = { policyId: policy.name, policyVersion: policy.version }
    return sampledChoice(named, actions, { probabilities, logProbs }, rng.float())
  },
})

const TOLERANCE = 1e-9

/** @throws GymError AGENT_FAILED for anything that is not a distribution over the actions. */
export function distributionOf(policy: Policy, observation: string, actions: readonly Json[]): ArrayLike<number> {
  const given = policy.probabilities(observation, actions)
  // Read once: what the policy holds of its list has no say in it afterwards.
  const probabilities = Array.from({ length: Math.min(given.length, actions.length + 1) }, (_, at) =>
    bounded(given[at]),
  )
  let sum = 0
  for (let at = 0; at < probabilities.length; at++) sum += probabilities[at] ?? 0
  if (probabilities.length === actions.length && Math.abs(sum - 1) <= TOLERANCE * actions.length) return probabilities
  throw new GymError(
    'AGENT_FAILED',
    `the policy ${policy.name} gives ${counted(given.length, 'probability', 'probabilities')} that sum to ${sum} over ${counted(actions.length, 'action')}`,
  )
}

const bounded = (probability: number | undefined): number =>
  probability !== undefined && probability >= 0 ? probability : Number.NaN
