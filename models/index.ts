/** Models that give actions log-probabilities: networks, language models of files, training, scoring, and devices. */

export type { Prices, Usage } from './chat/usage.ts'
export { type EndpointScorer, type EndpointScorerSettings, openEndpointScorer } from './endpoint/endpoint-scorer.ts'
export type { FormName } from './endpoint/forms.ts'
export type { AdamWOptions } from './graph/adamw.ts'
export { type LanguageModelSettings, openLanguageModel } from './imported/language-model.ts'
export {
  type CategoricalAction,
  type CategoricalConfig,
  categoricalNetwork,
  type Feature,
} from './networks/categorical.ts'
export type { DecoderConfig } from './networks/decoder.ts'
export type { Network, Span } from './networks/network.ts'
export { decoderNetwork, type TokenAction } from './networks/token-network.ts'
export type { Device } from './runtime/messages.ts'
export { type OnDevice, Reviving } from './runtime/reviving.ts'
export { type DeviceReport, openRuntime, type Runtime, type RuntimeSettings } from './runtime/runtime.ts'
export type { Scored, ScorerLimits } from './scoring/batch-scorer.ts'
export { openScorer, type Scorer } from './scoring/scorer.ts'
export {
  type ActionTokens,
  type ConversationPart,
  conversationTokens,
} from './tokenizer/conversation.ts'
export { openTokenizer, type TextTokenizer } from './tokenizer/tokenizer.ts'
export { type Margins, type OutcomeOf, outcomeMargins, preferenceMargins } from './training/margin-loss.ts'
export type { Progress } from './training/progress.ts'
export type { TrainerSettings } from './training/settings.ts'
export { openTrainer, type Referenced, type Trainer, type Update } from './training/trainer.ts'
export {
  type Checkpoint,
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  writeSafetensors,
} from './weights/safetensors.ts'
export {
  initialWeights,
  parameterCount,
  type Weight,
  type WeightSpec,
  type WeightSpecs,
  type Weights,
} from './weights/weights.ts'
