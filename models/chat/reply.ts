import { parseJson } from '../../core/data/json.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { type Redact, UNREDACTED } from './redact.ts'
import { TryAgain } from './retry.ts'

/** A call of a tool as a model wrote it; neither the name nor the arguments need be sound. */
export interface WrittenCall {
  readonly id: string
  readonly name: string
  /** Meant to be the JSON of an object. */
  readonly arguments: string
}

export interface TokenCounts {
  readonly prompt: number
  readonly cached: number
  readonly completion: number
}

/** Ids and log-probabilities of the tokens of an answer. */
export interface TokenTrace {
  readonly promptTokenIds: readonly number[]
  readonly tokenIds: readonly number[]
  readonly logProbs: readonly number[]
}

/** One answer of a language model. Every field may be empty. */
export interface ChatReply {
  readonly content: string
  readonly calls: readonly WrittenCall[]
  readonly finishReason: string
  /** Model and build that answered, as far as the endpoint says. */
  readonly version: string
  /** Null where the endpoint does not count them. */
  readonly tokens: TokenCounts | null
  /** Null where the endpoint gives no ids and log-probabilities that fit each other. */
  readonly trace: TokenTrace | null
}

/**
 * Reads a chat completion of OpenAI's API, vLLM or SGLang. A part that is not as it should be is left out.
 * @param redact applied to every text of the reply, and of the message of an error
 * @throws TryAgain for anything but a JSON object, and for an answer that the endpoint broke off
 */
export function readReply(text: string, redact: Redact = UNREDACTED): ChatReply {
  const body = parsedOf(text)
  if (body === null) throw new TryAgain(`answered with something that is not a JSON object: ${cut(redact(text), 80)}`)
  const choice = objectOf(listOf(body.choices)[0])
  const message = objectOf(choice.message)
  const finishReason = textOf(choice.finish_reason)
  if (finishReason === 'abort') throw new TryAgain('aborted its answer')
  return {
    content: redact(contentOf(message.content ?? choice.text ?? '')),
    calls: callsOf(message, redact),
    finishReason: redact(finishReason),
    version: redact(weightsOf(body, choice) || textOf(body.system_fingerprint) || textOf(body.model)),
    tokens: tokenCountsOf(body.usage),
    trace: traceOf(body, choice),
  }
}

/** A text as a JSON object; null where it is not one. */
export function parsedOf(text: string): JsonObject | null {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** Text, or the text parts of a list. */
function contentOf(content: Json): string {
  if (typeof content === 'string') return content
  return listOf(content)
    .map((part) => (typeof part === 'string' ? part : textOf(objectOf(part).text)))
    .join('')
}

/** Calls in today's form, or the one call of the former `function_call`. */
function callsOf(message: JsonObject, redact: Redact): readonly WrittenCall[] {
  const listed = listOf(message.tool_calls).map((call) => ({
    id: textOf(objectOf(call).id),
    call: objectOf(call).function,
  }))
  const former = isObject(message.function_call) ? [{ id: '', call: message.function_call }] : []
  return (listed.length > 0 ? listed : former).map(({ id, call }) => {
    const { name, arguments: args = '' } = objectOf(call)
    const written = typeof args === 'string' ? args : JSON.stringify(args)
    return { id: redact(id), name: redact(textOf(name)), arguments: redact(written) }
  })
}

/** Tokens that an answer counts; null where it does not. */
export function tokenCountsOf(usage: Json | undefined): TokenCounts | null {
  const { prompt_tokens: prompt, completion_tokens: completion, prompt_tokens_details: details } = objectOf(usage)
  if (!isCount(prompt) || !isCount(completion)) return null
  const { cached_tokens: cached } = objectOf(details)
  return { prompt, completion, cached: isCount(cached) ? Math.min(cached, prompt) : 0 }
}

/**
 * Versions of the weights that sampled the answer: of its parts (`weight_versions`) or as a whole (SGLang's
 * `metadata.weight_version`); empty where they are not named.
 */
function weightsOf({ metadata }: JsonObject, { weight_versions: parts }: JsonObject): string {
  const { weight_version: whole, weight_versions: others } = objectOf(metadata)
  const versions = listOf(parts ?? others).map((part) => textOf(objectOf(part).version))
  return [...new Set(versions)].filter((version) => version !== '').join('+') || textOf(whole)
}

/** Ids as vLLM (`token_ids`) and SGLang (`response_token_ids`) give them, beside OpenAI's `logprobs`. */
function traceOf(body: JsonObject, choice: JsonObject): TokenTrace | null {
  const promptTokenIds = listOf(body.prompt_token_ids ?? choice.prompt_token_ids)
  const tokenIds = listOf(choice.token_ids ?? choice.response_token_ids)
  const logProbs = listOf(objectOf(choice.logprobs).content).map((token) => objectOf(token).logprob)
  const isWhole = promptTokenIds.length > 0 && tokenIds.length > 0 && logProbs.length === tokenIds.length
  if (!isWhole || !promptTokenIds.every(isCount) || !tokenIds.every(isCount) || !logProbs.every(isLogProb)) return null
  return { promptTokenIds, tokenIds, logProbs: logProbs.map(atMost0) }
}

const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0
/** vLLM writes -9999 where it knows none. */
const isLogProb = (value: Json | undefined): value is number =>
  typeof value === 'number' && value <= 1e-3 && value > -9999
/** Also -0, which no record can hold. */
const atMost0 = (value: number): number => Math.min(0, value) + 0

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
/** Whether a value is an object, and no list. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
