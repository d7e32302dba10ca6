import type { Group, ProcessHook, Step, Trajectory } from 'stepgym'
import {
  type ActionTokens,
  type AdamWOptions,
  type CategoricalAction,
  type CategoricalConfig,
  type Checkpoint,
  type ConversationPart,
  categoricalNetwork,
  conversationTokens,
  type DecoderConfig,
  type Device,
  type DeviceReport,
  decoderNetwork,
  decodeSafetensors,
  type EndpointScorer,
  type EndpointScorerSettings,
  encodeSafetensors,
  type Feature,
  type FormName,
  initialWeights,
  type LanguageModelSettings,
  type Margins,
  type Network,
  type OnDevice,
  type OutcomeOf,
  openEndpointScorer,
  openLanguageModel,
  openRuntime,
  openScorer,
  openTokenizer,
  openTrainer,
  outcomeMargins,
  type Prices,
  type Progress,
  parameterCount,
  preferenceMargins,
  type Referenced,
  Reviving,
  type Runtime,
  type RuntimeSettings,
  readSafetensors,
  type Scored,
  type Scorer,
  type ScorerLimits,
  type Span,
  type TextTokenizer,
  type TokenAction,
  type Trainer,
  type TrainerSettings,
  type Update,
  type Usage,
  type Weight,
  type WeightSpec,
  type WeightSpecs,
  type Weights,
  writeSafetensors,
} from 'stepgym/models'
import {
  type ActedStep,
  type Calibration,
  type ChoiceRewardSettings,
  calibrationOf,
  choiceReader,
  choiceReaderNamed,
  type FeaturesOf,
  type HeldOut,
  type ImplicitRewardSettings,
  implicitChoiceReward,
  implicitReward,
  type Judged,
  type LanguageModelRewardSettings,
  type Learning,
  type Loss,
  lagWarning,
  type OnlineReward,
  type OnlineRewardSettings,
  type OnlineStart,
  type OnlineState,
  type OnlineUpdate,
  type OpenedReward,
  openLanguageModelReward,
  openOnlineReward,
  openSavedReward,
  type Prediction,
  policyReader,
  type ReferenceRule,
  type ReliabilityBin,
  readSavedReward,
  type SavedHookSettings,
  type SavedReward,
  type Spread,
  type StepReader,
  type StepTruth,
  type SuccessOf,
  savedRewardHook,
  saveOnlineReward,
  successOf,
  tokenReader,
  type UpdateRequest,
} from 'stepgym/process-rewards'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/models` and `stepgym/process-rewards`. The compiler checks this file; it is never run. */

declare const runtime: Runtime
declare const config: DecoderConfig
declare const weights: Weights
declare const network: Network<TokenAction>
declare const scorer: Scorer<TokenAction>
declare const choices: Scorer<CategoricalAction>
declare const trainer: Trainer<TokenAction>
declare const group: readonly OutcomeOf<Referenced<TokenAction>>[]

expectTypeOf(openRuntime({ device: 'cpu' })).resolves.toEqualTypeOf<Runtime>()
expectTypeOf<RuntimeSettings['device']>().toEqualTypeOf<Device | 'auto' | undefined>()
expectTypeOf<Runtime['report']>().toEqualTypeOf<DeviceReport>()
// @ts-expect-error: there is no such device
void openRuntime({ device: 'tpu' })

expectTypeOf<DecoderConfig['vocabulary']>().toEqualTypeOf<number>()
expectTypeOf(decoderNetwork(config)).toEqualTypeOf<Network<TokenAction>>()
expectTypeOf<CategoricalConfig>().toEqualTypeOf<{ readonly features: number; readonly hidden: number }>()
expectTypeOf(categoricalNetwork({ features: 64, hidden: 8 })).toEqualTypeOf<Network<CategoricalAction>>()
expectTypeOf<CategoricalAction['candidates']>().toEqualTypeOf<readonly (readonly Feature[])[]>()
expectTypeOf<ReturnType<Network<TokenAction>['spanOf']>>().toEqualTypeOf<Span>()

expectTypeOf(openLanguageModel(runtime, { folder: 'model' })).resolves.toEqualTypeOf<Scorer<TokenAction>>()
expectTypeOf<LanguageModelSettings['maxLength']>().toEqualTypeOf<number | undefined>()
// @ts-expect-error: a model lies in a folder
void openLanguageModel(runtime, { path: 'model.onnx' })

expectTypeOf(openEndpointScorer({ baseUrl: 'http://h/v1', model: 'm' })).toEqualTypeOf<EndpointScorer>()
expectTypeOf<EndpointScorer>().toExtend<Scorer<TokenAction>>()
expectTypeOf<EndpointScorerSettings['form']>().toEqualTypeOf<FormName | undefined>()
expectTypeOf<FormName>().toEqualTypeOf<'vllm' | 'echo' | 'llama.cpp'>()
expectTypeOf<EndpointScorer['cost']>().toEqualTypeOf<(prices: Prices) => number>()
expectTypeOf<EndpointScorer['usage']>().returns.toEqualTypeOf<Usage>()
// @ts-expect-error: an endpoint has a model
void openEndpointScorer({ baseUrl: 'http://h/v1' })

expectTypeOf(openTokenizer('model')).toEqualTypeOf<TextTokenizer>()
expectTypeOf<TextTokenizer['decode']>().parameters.toEqualTypeOf<[readonly number[]]>()
declare const parts: readonly ConversationPart[]
expectTypeOf<ConversationPart['kind']>().toEqualTypeOf<'template' | 'content' | 'action' | 'stop'>()
expectTypeOf(conversationTokens(openTokenizer('model'), parts)).toEqualTypeOf<readonly ActionTokens[]>()
expectTypeOf<ActionTokens>().toEqualTypeOf<TokenAction | { readonly problem: string }>()
// @ts-expect-error: there is no such kind of part
void conversationTokens(openTokenizer('model'), [{ kind: 'system', text: '' }])

expectTypeOf(network.weights).toEqualTypeOf<WeightSpecs>()
expectTypeOf<WeightSpecs[string]>().toEqualTypeOf<WeightSpec>()
expectTypeOf(initialWeights(network.weights, 7)).toEqualTypeOf<Weights>()
expectTypeOf<Weights[string]>().toEqualTypeOf<Weight>()
expectTypeOf(parameterCount(network.weights)).toEqualTypeOf<number>()

expectTypeOf(encodeSafetensors({ weights, metadata: {} })).toEqualTypeOf<Uint8Array>()
expectTypeOf(decodeSafetensors(new Uint8Array(), 'phi')).toEqualTypeOf<Checkpoint>()
expectTypeOf(readSafetensors('phi.safetensors')).toEqualTypeOf<Checkpoint>()
// @ts-expect-error: metadata are texts
encodeSafetensors({ weights, metadata: { steps: 3 } })

expectTypeOf(openScorer(runtime, network, weights, { tokenBudget: 4096 })).resolves.toEqualTypeOf<Scorer<TokenAction>>()
expectTypeOf(scorer.score([])).resolves.toEqualTypeOf<readonly Scored[]>()
expectTypeOf<ScorerLimits['inFlight']>().toEqualTypeOf<number>()
// @ts-expect-error: without its own tokens an action cannot be scored
void scorer.score([{ promptTokenIds: [1] }])

expectTypeOf(openTrainer(runtime, network, weights, { beta: 0.05 })).resolves.toEqualTypeOf<Trainer<TokenAction>>()
expectTypeOf<TrainerSettings>().toExtend<AdamWOptions>()
expectTypeOf<OutcomeOf<string>['actions']>().toEqualTypeOf<readonly string[]>()
expectTypeOf(preferenceMargins([group])).toEqualTypeOf<Margins<Referenced<TokenAction>>>()
expectTypeOf(outcomeMargins([group])).toEqualTypeOf<Margins<Referenced<TokenAction>>>()
expectTypeOf(trainer.update(preferenceMargins([group]))).resolves.toEqualTypeOf<Update | null>()
// @ts-expect-error: an update compares with the reference's log-probabilities
void trainer.update(outcomeMargins([[{ isSuccess: true, actions: [{ promptTokenIds: [1], actionTokenIds: [2] }] }]]))

expectTypeOf(implicitReward({ scorer, reference: 'behaviour' })).toEqualTypeOf<ProcessHook>()
expectTypeOf<ImplicitRewardSettings<TokenAction>['reference']>().toEqualTypeOf<'behaviour' | Scorer<TokenAction>>()
// @ts-expect-error: the reference is always named
implicitReward({ scorer })
expectTypeOf<ChoiceRewardSettings>().toExtend<ImplicitRewardSettings<CategoricalAction>>()
expectTypeOf(
  implicitChoiceReward({ scorer: choices, reference: 'behaviour', featuresOf: () => [] }),
).toEqualTypeOf<ProcessHook>()
// @ts-expect-error: a model of tokens cannot judge choices
implicitChoiceReward({ scorer, reference: 'behaviour', featuresOf: () => [] })

expectTypeOf(trainer.progress()).resolves.toEqualTypeOf<Progress>()
expectTypeOf<Progress['moments']>().toEqualTypeOf<Weights>()

declare const online: OnlineReward
declare const reader: StepReader<TokenAction>
declare const state: OnlineState
expectTypeOf(tokenReader).toEqualTypeOf<StepReader<TokenAction>>()
expectTypeOf(reader.read).returns.toEqualTypeOf<ActedStep<TokenAction> | string>()
expectTypeOf(choiceReader('mine@1', () => [])).toEqualTypeOf<StepReader<CategoricalAction>>()
expectTypeOf<ReturnType<FeaturesOf>>().toEqualTypeOf<readonly (readonly Feature[])[]>()
const settings = { runtime, network, reader, loss: 'preference', reference: 'behaviour' } as const
expectTypeOf(openOnlineReward(settings, weights)).resolves.toEqualTypeOf<OnlineReward>()
expectTypeOf<OnlineRewardSettings<TokenAction>>().toExtend<TrainerSettings>()
expectTypeOf<OnlineStart>().toEqualTypeOf<Weights | OnlineState>()
expectTypeOf<ReferenceRule>().toEqualTypeOf<'behaviour' | 'frozen' | { readonly everyUpdates: number }>()
expectTypeOf<Loss>().toEqualTypeOf<'preference' | 'cross-entropy'>()
// @ts-expect-error: a reader of tokens cannot feed a network over choices
void openOnlineReward<CategoricalAction>(settings, weights)
expectTypeOf(online.hook).toEqualTypeOf<ProcessHook>()
expectTypeOf<OnlineReward['update']>().toEqualTypeOf<
  (groups: readonly Group[], request?: UpdateRequest) => Promise<OnlineUpdate>
>()
expectTypeOf(online.update([])).resolves.toEqualTypeOf<OnlineUpdate>()
expectTypeOf(online.judge([], 'after')).resolves.toEqualTypeOf<Judged>()
// @ts-expect-error: it is judged before or after the update
void online.judge([], 'never')
expectTypeOf(online.state()).resolves.toEqualTypeOf<OnlineState>()
expectTypeOf(state.reference).toEqualTypeOf<Weights | null>()
expectTypeOf<OnlineUpdate>().toExtend<Learning>()
expectTypeOf<OnlineUpdate['heldOut']>().toEqualTypeOf<HeldOut>()
expectTypeOf<HeldOut['spread']>().toEqualTypeOf<Spread | null>()
expectTypeOf<UpdateRequest['truth']>().toEqualTypeOf<StepTruth | undefined>()
expectTypeOf<StepTruth>().toEqualTypeOf<(step: Step) => number | null>()
expectTypeOf(successOf).toEqualTypeOf<SuccessOf>()
expectTypeOf<SuccessOf>().toEqualTypeOf<(trajectory: Trajectory) => boolean | null>()
expectTypeOf(calibrationOf).toEqualTypeOf<(predictions: readonly Prediction[]) => Calibration>()
expectTypeOf<Calibration['bins']>().toEqualTypeOf<readonly ReliabilityBin[]>()
expectTypeOf(lagWarning([0.4, null])).toEqualTypeOf<string | null>()
expectTypeOf(saveOnlineReward('phi.safetensors', online)).resolves.toEqualTypeOf<void>()
expectTypeOf(readSavedReward('phi.safetensors')).toEqualTypeOf<SavedReward>()
expectTypeOf<SavedReward['state']>().toEqualTypeOf<OnlineState>()
expectTypeOf(openSavedReward('phi.safetensors', settings)).resolves.toEqualTypeOf<OnlineReward>()
expectTypeOf(writeSafetensors).returns.toEqualTypeOf<void>()
// @ts-expect-error: a saved model is opened under its settings
void openSavedReward('phi.safetensors')
expectTypeOf(savedRewardHook({ model: 'phi.safetensors', device: 'cpu' })).resolves.toEqualTypeOf<ProcessHook>()
expectTypeOf<SavedHookSettings>().toExtend<RuntimeSettings>()
expectTypeOf(policyReader(64)).toEqualTypeOf<StepReader<CategoricalAction>>()
expectTypeOf(choiceReaderNamed('choice-features@1/64')).toEqualTypeOf<StepReader<CategoricalAction>>()
declare const device: OnDevice
expectTypeOf<OnDevice['runtime']>().toEqualTypeOf<Pick<Runtime, 'hasEnded' | 'close'>>()
expectTypeOf(
  new Reviving(device, async () => device).use(() => 1, AbortSignal.timeout(1)),
).resolves.toEqualTypeOf<number>()

expectTypeOf(openLanguageModelReward({ phi: 'qwen', device: 'cpu' })).resolves.toEqualTypeOf<OpenedReward>()
expectTypeOf<OpenedReward['hook']>().toEqualTypeOf<ProcessHook>()
expectTypeOf<LanguageModelRewardSettings['beta']>().toEqualTypeOf<number | undefined>()
// @ts-expect-error: a reward needs a model
void openLanguageModelReward({ device: 'cpu' })
