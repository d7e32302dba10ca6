import { parseJson } from '../../core/data/json.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
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
 * Reads a chat completion. Only anything that is not JSON object is refused; a part that is not as it should be is left out.
 * @param key blotted out wherever the answer repeats it
 * @throws TryAgain
 */
export function readReply(text: string, key: string | null): ChatReply {
  const whole = parsedOf(text)
  if (whole === null) throw new TryAgain(`answered with something that is not a JSON object: ${cut(text, 80)}`)
  const body = key === null ? whole : objectOf(blotted(whole, key))
  const choice = objectOf(listOf(body.choices)[0])
  const message = objectOf(choice.message)
  return {
    content: contentOf(message.content ?? choice.text ?? ''),
    calls: callsOf(message),
    finishReason: textOf(choice.finish_reason),
    version: textOf(body.system_fingerprint) || textOf(body.model),
    tokens: tokenCountsOf(body.usage),
    trace: traceOf(body, choice),
  }
}

function parsedOf(text: string): JsonObject | null {
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
function callsOf(message: JsonObject): readonly WrittenCall[] {
  const listed = listOf(message.tool_calls).map((call) => ({
    id: textOf(objectOf(call).id),
    call: objectOf(call).function,
  }))
  const former = isObject(message.function_call) ? [{ id: '', call: message.function_call }] : []
  return (listed.length > 0 ? listed : former).map(({ id, call }) => {
    const { name, arguments: args = '' } = objectOf(call)
    return { id, name: textOf(name), arguments: typeof args === 'string' ? args : JSON.stringify(args) }
  })
}

function tokenCountsOf(usage: Json | undefined): TokenCounts | null {
  const { prompt_tokens: prompt, completion_tokens: completion, prompt_tokens_details: details } = objectOf(usage)
  if (!isCount(prompt) || !isCount(completion)) return null
  const { cached_tokens: cached } = objectOf(details)
  return { prompt, completion, cached: isCount(cached) ? Math.min(cached, prompt) : 0 }
}

/** vLLM's `return_token_ids` beside OpenAI's `logprobs`. */
function traceOf(body: JsonObject, choice: JsonObject): TokenTrace | null {
  const promptTokenIds = listOf(body.prompt_token_ids ?? choice.prompt_token_ids).filter(isCount)
  const tokenIds = listOf(choice.token_ids).filter(isCount)
  const logProbs = listOf(objectOf(choice.logprobs).content).map((token) => objectOf(token).logprob)
  const isWhole = promptTokenIds.length > 0 && tokenIds.length > 0 && logProbs.length === tokenIds.length
  return isWhole && logProbs.every(isLogProb) ? { promptTokenIds, tokenIds, logProbs: logProbs.map(atMost0) } : null
}

const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isLogProb = (value: Json | undefined): value is number => typeof value === 'number' && value <= 1e-3
/** Also -0, which no record can hold. */
const atMost0 = (value: number): number => Math.min(0, value) + 0

/** Every text of a value, keys included, without a key that it repeats. */
function blotted(value: Json, key: string): Json {
  if (typeof value === 'string') return value.replaceAll(key, '***')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => blotted(item, key))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name.replaceAll(key, '***'), blotted(item, key)]),
  )
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
