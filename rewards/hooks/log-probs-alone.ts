import type { Step } from '../../core/data/types.ts'
import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import type { TokenAction } from '../../models/networks/token-network.ts'
import {
  MODEL_NOT_OPEN,
  openTokenModel,
  TOKEN_MODEL_DEFAULTS,
  type TokenModelOptions,
  type TokenScores,
  textsOfTokens,
} from '../log-probs/token-model.ts'
import { meanOf } from '../numbers.ts'

const NO_TOKENS = 'the step has no evidence of tokens'

/**
 * Log-probabilities of an action's tokens after an empty question, and the texts of its tokens: what `perplexity-gap` and
 * `part-confidence` read, so that hooks of these names come after it. The value is the mean a token, in nats. `prompt` is
 * the text of the empty question as the chat template writes it, the first token of the step's own prompt where it is
 * empty. `model` is a folder with an export to ONNX or a saved model, or `endpoint` an endpoint that gives
 * log-probabilities of tokens by their ids; `tokenizer` the folder of its tokenizer. Once open, the options have no address.
 */
const logProbsAlone: ProcessHook = defineRewardHook<Options>({
  name: 'log-probs-alone',
  version: 1,
  scope: 'process',
  summary: 'mean log-probability a token of the action after an empty question, with the texts of its tokens',
  maxBatch: 64,
  timeoutMs: 120_000,
  options: { ...TOKEN_MODEL_DEFAULTS, prompt: '' },
  ranges: { threads: [1, 1024] },
  reward: (steps) => ({ perStep: steps.map(() => null), declined: steps.map(() => MODEL_NOT_OPEN) }),
  async open({ prompt, ...model }: Options): Promise<ProcessHook> {
    const opened = await openTokenModel('log-probs-alone', model)
    const question = opened.tokenizer.encode(prompt)
    return {
      ...logProbsAlone,
      options: { prompt, ...opened.described },
      close: () => opened.close(),
      async reward(steps, { signal }) {
        const actions = steps.map((step) => aloneAction(step, question))
        const known = actions.filter((action) => action !== null)
        const scores = await opened.score(known, signal)
        const read = steps.map((_, at) => readAt(actions, scores, at))
        return {
          perStep: read.map((scored) => ('logProbs' in scored ? meanOf(scored.logProbs) : null)),
          perToken: read.map((scored) => ('logProbs' in scored ? scored.logProbs : null)),
          declined: read.map((scored) => ('problem' in scored ? scored.problem : null)),
          notes: actions.map(
            (action) => action && { tokenTexts: textsOfTokens(opened.tokenizer, action.actionTokenIds) },
          ),
        }
      },
    }
  },
})

export default logProbsAlone

type Options = TokenModelOptions & { readonly prompt: string }

function aloneAction({ evidence }: Step, question: readonly number[]): TokenAction | null {
  if (evidence?.kind !== 'token' || evidence.actionTokenIds.length === 0) return null
  const promptTokenIds = question.length > 0 ? question : evidence.promptTokenIds.slice(0, 1)
  return { promptTokenIds, actionTokenIds: evidence.actionTokenIds }
}

/** Scores of the step at a place, of those that have tokens. */
function readAt(actions: readonly (TokenAction | null)[], scores: readonly TokenScores[], at: number): TokenScores {
  if (actions[at] == null) return { problem: NO_TOKENS }
  return scores[actions.slice(0, at).filter((action) => action !== null).length] ?? { problem: NO_TOKENS }
}
