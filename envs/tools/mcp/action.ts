import { parseJson } from '../../../core/data/json.ts'
import { taggedCalls, withoutThought } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'

/** One call of a tool. A type, so that it is JSON to the compiler. */
export type Call = {
  readonly name: string
  readonly arguments: JsonObject
}

/** What an agent does in one step: calls tools, one after the other, or gives its final answer. */
export type McpAction =
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  | { readonly kind: 'answer'; readonly text: string }

const MAX_CALLS = 32
const HOW = 'send {"name": TOOL, "arguments": {...}}, {"tool_calls": [...]}, or {"respond": TEXT} to finish'

/**
 * Reads an action: a call as `{name, arguments}` or in OpenAI's form, arguments as an object or as its JSON text;
 * `tool_calls`, or calls between `<tool_call>` tags; `respond`, `content` or any other text than a JSON object, which is
 * the final answer, without its thinking.
 */
export function readMcpAction(raw: Json): McpAction | Problem {
  if (typeof raw === 'string') return readText(raw)
  if (!isObject(raw)) return problem(HOW)
  const { tool_calls: calls, respond, content } = raw
  if (Array.isArray(calls) && calls.length > 0) return readCalls(calls)
  const said = respond ?? content
  if (typeof said === 'string') return { kind: 'answer', text: said }
  const call = readCall(raw)
  return typeof call === 'string' ? problem(call) : oneCall(call)
}

/** The tool `respond` gives the final answer, as it speaks to the user in other tools environments. */
function oneCall(call: Call): McpAction {
  const { content } = call.arguments
  if (call.name === 'respond' && typeof content === 'string') return { kind: 'answer', text: content }
  return { kind: 'calls', calls: [call] }
}

function readText(raw: string): McpAction | Problem {
  const calls = taggedCalls(raw)
  if (calls.length > 0) return readCalls(calls.map(objectIn))
  const text = withoutThought(raw)
  if (!/^\s*\{/.test(text)) return text.trim() === '' ? problem(HOW) : { kind: 'answer', text }
  const parsed = objectIn(text)
  return parsed === null ? problem(`the action is not valid JSON: ${HOW}`) : readMcpAction(parsed)
}

function readCalls(list: readonly Json[]): McpAction | Problem {
  if (list.length > MAX_CALLS) return problem(`tool_calls is a list of 1 to ${MAX_CALLS} calls`)
  const calls: Call[] = []
  for (const [at, each] of list.entries()) {
    const call =
      each !== null && isObject(each) ? readCall(isObject(each.function ?? null) ? each.function : each) : HOW
    if (typeof call === 'string') return problem(`tool_calls[${at}]: ${call}`)
    calls.push(call)
  }
  const [first, ...others] = calls
  return first && others.length === 0 ? oneCall(first) : { kind: 'calls', calls }
}

/** The call, or what is wrong with it. */
function readCall(raw: Json | undefined): Call | string {
  if (raw === undefined || !isObject(raw)) return HOW
  const { name } = raw
  const given = raw.arguments ?? raw.parameters ?? {}
  if (typeof name !== 'string' || name === '' || name.length > 200) return `name is the name of a tool: ${HOW}`
  const args = typeof given === 'string' ? objectIn(given === '' ? '{}' : given) : given
  return isObject(args)
    ? { name, arguments: args }
    : `arguments of ${name.slice(0, 60)} are an object, or its JSON text`
}

function objectIn(text: string): JsonObject | null {
  try {
    const parsed = parseJson(text)
    return isObject(parsed) && canBeSent(parsed) ? parsed : null
  } catch {
    return null
  }
}

/** The deepest arguments that are passed on: far more than a tool takes. */
const MOST_LEVELS = 100

/** A number such as 1e999 is read as infinite, which JSON cannot say again. */
function canBeSent(value: Json, level = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return level < MOST_LEVELS && Object.values(value).every((item: Json) => canBeSent(item, level + 1))
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
