import { GymError } from '../core/data/errors.ts'
import { type OptionRanges, SHARE_RANGE, TIME_RANGE } from '../core/data/options.ts'
import { counted } from '../core/data/shown.ts'
import type { Json, JsonObject, TokenEvidence } from '../core/data/types.ts'
import type { AgentContext, AgentSetting, AgentUsage } from '../core/rollout/agent.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'
import { ChatClient } from '../models/chat/client.ts'
import type { ChatReply } from '../models/chat/reply.ts'
import { costOf } from '../models/chat/usage.ts'
import { actionOf } from './chat/action.ts'
import { conversationOf } from './chat/conversation.ts'
import { type Form, formOf } from './chat/form.ts'
import { actionsText, systemPrompt } from './chat/prompt.ts'

const NO_EXTRA: JsonObject = {}
const NO_BUDGETS: readonly number[] = []

/** Options of the agent `chat`; all are recorded, so that none holds a key. */
const OPTIONS = {
  /** An OpenAI-compatible API: the address before `/chat/completions`. */
  baseUrl: 'http://127.0.0.1:8000/v1',
  /** Name of the model at that endpoint. */
  model: '',
  /** `env:NAME` of the variable that holds the key; empty for none. */
  apiKey: '',
  temperature: 1,
  topP: 1,
  /** Most tokens of one answer. */
  maxTokens: 1024,
  /** `auto`, `required`, `none`, or the name of a tool. */
  toolChoice: 'auto',
  /** Whether several calls in one answer are allowed. */
  parallel: true,
  /** Whether a seed is sent, drawn from the stream of the episode and step. */
  seed: true,
  /** Whether token ids and log-probabilities are asked for (`logprobs`, and vLLM's `return_token_ids`). */
  evidence: false,
  /** Characters of a conversation; earlier turns are left out beyond. */
  historyCharacters: 200_000,
  /** Whether admissible actions are listed, where the environment lists them. */
  listActions: true,
  /** In place of our own instructions. */
  system: '',
  /** Tokens that members of a group are allowed by the instructions, in turns: the tags that `token-budget` reads. */
  tokenBudgets: NO_BUDGETS,
  /** Milliseconds for one request. */
  timeoutMs: 120_000,
  retries: 5,
  /** Prices of a million tokens; cached input has the price of input where it is below 0. */
  inputPrice: 0,
  cachedInputPrice: -1,
  outputPrice: 0,
  /** Further fields of every request: `{"reasoning_effort": "low"}`. */
  extra: NO_EXTRA,
}
type ChatOptions = typeof OPTIONS
const PRICE_RANGE = [-1, 1e6] as const
const RANGES: OptionRanges = {
  temperature: [0, 100],
  topP: SHARE_RANGE,
  maxTokens: [1, 10_000_000],
  historyCharacters: [1000, 100_000_000],
  timeoutMs: TIME_RANGE,
  retries: [0, 100],
  inputPrice: PRICE_RANGE,
  cachedInputPrice: PRICE_RANGE,
  outputPrice: PRICE_RANGE,
}

/**
 * A language model behind an OpenAI-compatible endpoint. Tools of the task become native tool calls, other environments are
 * played by text. What the model writes is sent to the environment as it is: what cannot be read is an invalid action.
 * An endpoint that fails for good is MODEL_FAILED and aborts the episode.
 */
export default defineAgent({
  name: 'chat',
  summary: 'asks a language model at an OpenAI-compatible endpoint, with native tool calls',
  options: OPTIONS,
  ranges: RANGES,
  create(options) {
    expectOptions(options)
    const { baseUrl, model, apiKey, timeoutMs, retries } = options
    const client = new ChatClient({ name: 'agent chat: the endpoint', baseUrl, model, apiKey, timeoutMs, retries })
    return {
      name: `chat (${model})`,
      async act(context) {
        const form = await formOf(context)
        const reply = await client.complete(requestOf(form, context, options), context.signal)
        const evidence = evidenceOf(reply, options)
        return { action: actionOf(form, reply), ...(evidence && { evidence }) }
      },
      usage: () => usageOf(client, options),
    }
  },
})

function expectOptions({ topP, maxTokens, tokenBudgets }: ChatOptions): void {
  const fail = (what: string): never => {
    throw new GymError('CONFIG_INVALID', `agent chat: ${what}`)
  }
  if (topP === 0) fail(`topP is above 0 and at most 1, not ${topP}`)
  if (!tokenBudgets.every((budget) => Number.isSafeInteger(budget) && budget > 0))
    fail(`tokenBudgets is a list of whole numbers from 1, not ${JSON.stringify(tokenBudgets)}`)
  if (!Number.isInteger(maxTokens)) fail(`maxTokens must be a whole number, not ${maxTokens}`)
}

function requestOf(form: Form, context: AgentContext, options: ChatOptions): JsonObject {
  const { temperature, topP, maxTokens, historyCharacters: budget, system, listActions } = options
  const listed = listActions && form.kind === 'text' ? actionsText(context.actions) : ''
  const shown = { ...context, observation: context.observation + listed }
  const instructions = [systemPrompt(form, system, context.setting), ...budgetText(options, context.setting)].join(
    '\n\n',
  )
  const messages = conversationOf(shown, { form, budget, system: instructions })
  return {
    messages,
    temperature,
    top_p: topP,
    max_tokens: maxTokens,
    ...(options.seed && { seed: context.rng.int(0, 2 ** 31 - 1) }),
    ...(options.evidence && { logprobs: true, return_token_ids: true }),
    ...toolFields(form, options),
    ...options.extra,
  }
}

/** What a member reads of its budget; nothing where it has none. */
function budgetText({ tokenBudgets }: ChatOptions, setting: AgentSetting | undefined): readonly string[] {
  const budget = tokenBudgets[(setting?.member ?? 0) % tokenBudgets.length]
  return budget === undefined ? [] : [`Finish within ${budget} tokens in all, your thoughts included.`]
}

function toolFields(form: Form, { toolChoice, parallel }: ChatOptions): JsonObject {
  if (form.kind === 'text') return {}
  const isMode = ['auto', 'required', 'none'].includes(toolChoice)
  const choice: Json = isMode ? toolChoice : { type: 'function', function: { name: toolChoice } }
  const isOne = form.kind === 'call' || !parallel
  return {
    tools: form.tools,
    tool_choice: form.kind === 'call' ? 'required' : choice,
    ...(isOne && { parallel_tool_calls: false }),
  }
}

function evidenceOf({ trace, version, finishReason }: ChatReply, options: ChatOptions): TokenEvidence | null {
  if (!options.evidence || trace === null) return null
  return {
    kind: 'token',
    policyId: options.model,
    policyVersion: version || options.model,
    temperature: options.temperature,
    topP: options.topP,
    promptTokenIds: trace.promptTokenIds,
    actionTokenIds: trace.tokenIds,
    logProbs: trace.logProbs,
    finishReason: finishReason || 'unknown',
  }
}

function usageOf(
  client: ChatClient,
  { inputPrice: input, cachedInputPrice, outputPrice: output }: ChatOptions,
): AgentUsage {
  const { usage } = client
  const cost = costOf(usage, { input, output, cachedInput: cachedInputPrice < 0 ? input : cachedInputPrice })
  const { answers, promptTokens, completionTokens, retries, failures, uncounted } = usage
  const parts = [
    `${counted(answers, 'answer')}, ${counted(promptTokens, 'token')} in, ${completionTokens} out`,
    ...(input > 0 || output > 0 ? [`cost ${cost.toFixed(4)}`] : []),
    ...(uncounted > 0 ? [`${counted(uncounted, 'answer')} without a count of tokens`] : []),
    ...(retries > 0 ? [`${retries} retries`] : []),
    ...(failures > 0 ? [`${failures} requests given up`] : []),
  ]
  return { text: parts.join(', '), values: { ...usage, cost } }
}
