import type { Agent, AgentFactory, Json } from 'stepgym'
import policy, {
  type ChoiceReader,
  type ChoiceState,
  type Choices,
  choiceFeatures,
  choiceReader,
  DEFAULT_FEATURES,
  DEFAULT_SIZES,
  type Dialogue,
  emptyGradient,
  FEATURES_NAME,
  type FeatureRows,
  type Forward,
  featureLists,
  hasTools,
  initialPolicyWeights,
  networkAgent,
  type PolicyGradient,
  type PolicyNetwork,
  type PolicySizes,
  policyNetwork,
  type Scored,
  type StateScorer,
  stateScorer,
} from 'stepgym/agents/policy'
import type { Feature, Weights } from 'stepgym/models'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/agents/policy`. The compiler checks this file; it is never run. */

expectTypeOf(policy).toEqualTypeOf<AgentFactory>()
expectTypeOf(DEFAULT_FEATURES).toBeNumber()
expectTypeOf(DEFAULT_SIZES).toEqualTypeOf<PolicySizes>()
// @ts-expect-error: sizes are read only
DEFAULT_SIZES.hidden = 64

// Features of a state are rows, and the lists that networks of models/ read.
expectTypeOf<ChoiceState>().toExtend<{ observation: string; actions: readonly Json[] }>()
expectTypeOf(choiceFeatures).toBeCallableWith({ observation: '', actions: ['up'] }, 64)
expectTypeOf(choiceFeatures).returns.toEqualTypeOf<FeatureRows>()
expectTypeOf<FeatureRows['slots']>().toEqualTypeOf<Int32Array>()
expectTypeOf(FEATURES_NAME).toEqualTypeOf<string>()
expectTypeOf(featureLists).returns.toEqualTypeOf<readonly (readonly Feature[])[]>()
// @ts-expect-error: without actions there is nothing to choose
choiceFeatures({ observation: '' })

// A network is its weights, which the seed gives.
expectTypeOf(initialPolicyWeights).returns.toEqualTypeOf<Weights>()
expectTypeOf(policyNetwork).parameters.toEqualTypeOf<[weights: Weights]>()
expectTypeOf(policyNetwork).returns.toEqualTypeOf<PolicyNetwork>()
expectTypeOf<ReturnType<PolicyNetwork['forward']>>().toEqualTypeOf<Forward>()
expectTypeOf<Forward['logProbs']>().toEqualTypeOf<Float64Array>()
expectTypeOf(emptyGradient).returns.toEqualTypeOf<PolicyGradient>()
// @ts-expect-error: weights are values of a network, not its sizes
policyNetwork(DEFAULT_SIZES)

// The agent acts by a scorer of one network.
expectTypeOf(stateScorer).returns.toEqualTypeOf<StateScorer>()
expectTypeOf<ReturnType<StateScorer['score']>>().toEqualTypeOf<Scored>()
expectTypeOf(networkAgent).returns.toEqualTypeOf<Agent>()

// Where an environment lists no actions, a policy makes them of a conversation; scorers may share what reads states.
expectTypeOf(choiceReader).toBeCallableWith(4096)
expectTypeOf(choiceReader).returns.toEqualTypeOf<ChoiceReader>()
expectTypeOf<ReturnType<ChoiceReader['made']>>().toEqualTypeOf<Choices>()
expectTypeOf<Dialogue['task']>().toEqualTypeOf<Json>()
expectTypeOf(hasTools).parameters.toEqualTypeOf<[task: Json]>()
// @ts-expect-error: a conversation has its past
choiceReader(64).made('', { task: null })
