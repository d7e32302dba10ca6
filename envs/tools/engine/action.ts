import { taggedCalls, withoutThought } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'
import type { ToolCall } from './execute.ts'
import { isDict } from './python-error.ts'
import { isList, isMarkedFloat, isOrderedDict, readPythonJson, type Value } from './python-number.ts'

/** What an agent does in one step: calls tools, one after the other, or says something to the user. */
export type ToolsAction =
  | { readonly kind: 'calls'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'respond'; readonly content: string }

const MAX_CALLS = 32
const HOW = 'send {"name": TOOL, "arguments": {...}}, {"tool_calls": [...]}, or {"respond": TEXT}'

/** JSON Schema of an action. */
export const ACTION_SCHEMA: JsonObject = {
  description:
    'One tool call, several at once, or a message to the user; also as JSON text, or calls between <tool_call> tags.',
  oneOf: [
    callSchema(),
    {
      type: 'object',
      properties: { tool_calls: { type: 'array', minItems: 1, maxItems: MAX_CALLS, items: callSchema() } },
      required: ['tool_calls'],
    },
    { type: 'object', properties: { respond: { type: 'string' } }, required: ['respond'] },
    { type: 'string' },
  ],
}

function callSchema(): JsonObject {
  return {
    type: 'object',
    properties: { name: { type: 'string' }, arguments: { type: 'object' } },
    required: ['name', 'arguments'],
  }
}

/**
 * Reads an action: a call as `{name, arguments}` or as OpenAI's `{function: {name, arguments}}`, arguments as an object or
 * as JSON text (which keeps `1.0` apart from `1`); `tool_calls`; `respond` or `content`; calls between
 * `<tool_call>` tags; any other text that is not JSON object is said to the user, without its thinking.
 */
export function readAction(raw: Json): ToolsAction | Problem {
  if (typeof raw === 'string') return readText(raw)
  if (!isObject(raw)) return problem(HOW)
  if ('tool_calls' in raw && raw.tool_calls !== null) return readCalls(raw.tool_calls ?? null)
  const said = raw.respond ?? raw.content
  if (typeof said === 'string') return { kind: 'respond', content: said }
  const call = readCall(raw)
  return typeof call === 'string' ? problem(call) : oneCall(call)
}

/** The tool `respond` of tau-bench speaks to the user. */
function oneCall(call: ToolCall): ToolsAction {
  const { content } = call.args
  if (call.name === 'respond' && typeof content === 'string') return { kind: 'respond', content }
  return { kind: 'calls', calls: [call] }
}

function readText(raw: string): ToolsAction | Problem {
  const calls = taggedCalls(raw)
  if (calls.length > 0) return readCalls(calls.map(parsed))
  const text = withoutThought(raw)
  if (!/^\s*\{/.test(text)) return text.trim() === '' ? problem(HOW) : { kind: 'respond', content: text }
  try {
    const read = readPythonJson(text)
    return isObject(read) ? readAction(read) : problem(HOW)
  } catch {
    return problem(`the action is not valid JSON: ${HOW}`)
  }
}

function readCalls(list: Json): ToolsAction | Problem {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_CALLS)
    return problem(`tool_calls is a list of 1 to ${MAX_CALLS} calls`)
  const calls: ToolCall[] = []
  for (const [at, each] of list.entries()) {
    const call = isObject(each) ? readCall(isObject(each.function ?? null) ? each.function : each) : HOW
    if (typeof call === 'string') return problem(`tool_calls[${at}]: ${call}`)
    calls.push(call)
  }
  const [first, ...others] = calls
  return first && others.length === 0 ? oneCall(first) : { kind: 'calls', calls }
}

/** The call, or what is wrong with it. */
function readCall(raw: Json | undefined): ToolCall | string {
  if (raw === undefined || !isObject(raw)) return HOW
  const { name } = raw
  if (typeof name !== 'string' || name.length > 200) return `name is the name of a tool: ${HOW}`
  const args = argumentsOf(raw.arguments ?? raw.parameters ?? raw.kwargs ?? {})
  return args === null ? `arguments of ${name.slice(0, 60)} are an object, or its JSON text` : { name, args }
}

function argumentsOf(raw: Json): ToolCall['args'] | null {
  const value: Value = typeof raw === 'string' ? parsed(raw) : (raw as Value)
  return isDict(value) && !isOrderedDict(value) && !hasReserved(value) ? value : null
}

function parsed(text: string): Value {
  try {
    return readPythonJson(text === '' ? '{}' : text)
  } catch {
    return null
  }
}

/** Names that mark floats and ordered dicts cannot come from an agent, unless our reader put them there. */
function hasReserved(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isList(value)) return value.some(hasReserved)
  const names = Object.keys(value)
  const isTagged = names.length === 1 && isMarkedFloat(value)
  if (isTagged) return false
  return names.some((name) => name.startsWith('$')) || Object.values(value).some(hasReserved)
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
