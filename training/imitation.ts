import { emptyGradient, type PolicyNetwork, policyNetwork } from '../agents/policy.ts'
import type { Rng } from '../core/data/rng.ts'
import type { Weights } from '../models/weights/weights.ts'
import { type AdamSettings, adamStep, startingAdam } from './adam.ts'
import type { Demonstrated } from './demonstrations.ts'

/** Passes over all choices. */
const EPOCHS = 5
/** Choices of one step of Adam. */
const BATCH = 64

/**
 * Behaviour cloning: weights under which a solver's choices are likelier, by Adam on the cross-entropy of the policy
 * with them, in shuffled minibatches of 64 and 5 passes. Where several actions do what the solver did, each has an equal
 * share. Without a choice the weights stay.
 */
export function imitated(start: Weights, choices: readonly Demonstrated[], settings: AdamSettings, rng: Rng): Weights {
  let state = startingAdam(start)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const shuffled = rng.shuffle(choices)
    for (let at = 0; at < shuffled.length; at += BATCH) {
      const gradient = cloningGradient(policyNetwork(state.weights), shuffled.slice(at, at + BATCH))
      state = adamStep(state, gradient, settings).state
    }
  }
  return state.weights
}

/** Gradient of the mean cross-entropy of some choices: by the logit of an action, its probability less its share. */
export function cloningGradient(network: PolicyNetwork, batch: readonly Demonstrated[]) {
  const gradient = emptyGradient(network.sizes)
  for (const { rows, indices } of batch) {
    const forward = network.forward(rows)
    const shares = new Float64Array(forward.logProbs.length)
    for (const index of indices) shares[index] = 1 / indices.length
    const slopes = forward.logProbs.map((logProb, at) => (Math.exp(logProb) - (shares[at] ?? 0)) / batch.length)
    network.backward(rows, forward, slopes, gradient)
  }
  return gradient
}
