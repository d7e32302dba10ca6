import { SEED_RANGE } from '../core/data/options.ts'
import { parseSeed } from '../core/data/rng.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'
import { readSafetensors } from '../models/weights/safetensors.ts'
import { networkAgent, stateScorer } from './policy/agent.ts'
import { DEFAULT_SIZES, initialPolicyWeights, policyNetwork } from './policy/network.ts'

export { networkAgent, type Scored, type StateScorer, stateScorer } from './policy/agent.ts'
export { type Dialogue, hasTools } from './policy/dialogue/conversation.ts'
export {
  type ChoiceState,
  choiceFeatures,
  DEFAULT_FEATURES,
  FEATURES_NAME,
  featureLists,
} from './policy/features.ts'
export {
  DEFAULT_SIZES,
  emptyGradient,
  type Forward,
  initialPolicyWeights,
  type PolicyGradient,
  type PolicyNetwork,
  type PolicySizes,
  policyNetwork,
} from './policy/network.ts'
export type { FeatureRows } from './policy/packed.ts'
export { type ChoiceReader, type Choices, choiceReader } from './policy/reader.ts'

/**
 * Samples from a small network over the admissible actions, as `stepgym train` leaves one: give it the file with its
 * option `weights`. Without one every action is equally likely. Its evidence is categorical, with all
 * log-probabilities. Errors: MODEL_INVALID for a file that is not such a network; AGENT_FAILED where the environment
 * lists no actions.
 */
export default defineAgent({
  name: 'policy',
  summary: 'samples from a small trained network over the admissible actions; weights=FILE names it',
  options: { weights: '', seed: 0 },
  ranges: { seed: SEED_RANGE },
  create({ weights: file, seed }) {
    const weights = file === '' ? initialPolicyWeights(DEFAULT_SIZES, parseSeed(seed)) : readSafetensors(file).weights
    return networkAgent(stateScorer(policyNetwork(weights)))
  },
})
