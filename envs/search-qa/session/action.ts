import { parseJson } from '../../../core/data/json.ts'
import { taggedCalls } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'

/** A call of a tool. */
export type Call =
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'open'; readonly title: string }
  | { readonly kind: 'answer'; readonly text: string }

/** What an agent sent, read both ways: which of them counts is up to the protocol. */
export interface SentAction {
  /** Null for what is not text. */
  readonly text: string | null
  readonly call: Call | Problem
}

/** Tools, each with its one argument. */
const ARGUMENTS = {
  search: ['query', 'Searches the articles, and lists the best with their first sentence.', 'Words to search for.'],
  open: ['title', 'Shows an article.', 'Title of an article.'],
  answer: ['text', 'Answers the question, which ends the task.', 'The answer, without further words.'],
} as const
type ToolName = keyof typeof ARGUMENTS
const NAMES = Object.keys(ARGUMENTS)

export const TOOLS: readonly ToolDescription[] = Object.entries(ARGUMENTS).map(([name, [argument, does, means]]) => ({
  name,
  description: does,
  inputSchema: {
    type: 'object',
    properties: { [argument]: { type: 'string', description: means } },
    required: [argument],
  },
  ...(name !== 'answer' && { annotations: { readOnlyHint: true } }),
}))

export const ACTION_SCHEMA: JsonObject = {
  description: 'One call of a tool, also as JSON text; with protocols search-r1 and verl-agent, a whole output.',
  oneOf: [
    ...TOOLS.map(({ name, description, inputSchema }) => ({
      ...{ description, type: 'object' },
      properties: { name: { const: name }, arguments: inputSchema },
      required: ['name', 'arguments'],
    })),
    { type: 'string' },
  ],
}

const HOW = 'send {"name": "search", "arguments": {"query": "..."}}, or open with a title, or answer with a text'

export const readAction = (raw: Json): SentAction => ({
  text: typeof raw === 'string' ? raw : null,
  call: readCall(raw),
})

/** `{name, arguments}` or OpenAI's `{function: {name, arguments}}`, also as JSON text or within `<tool_call>` tags. */
function readCall(raw: Json): Call | Problem {
  const call = typeof raw === 'string' ? parsed(taggedCalls(raw)[0] ?? raw) : raw
  const named = isObject(call) && isObject(call.function) ? call.function : call
  if (!isObject(named) || !isToolName(named.name)) return problem(HOW)
  const args = typeof named.arguments === 'string' ? parsed(named.arguments) : named.arguments
  const [argument] = ARGUMENTS[named.name]
  const value = isObject(args) ? args[argument] : undefined
  if (typeof value !== 'string' || value.trim() === '')
    return problem(`${named.name}: ${argument} is a text, not empty`)
  return callOf(named.name, value.trim())
}

function callOf(name: ToolName, value: string): Call {
  if (name === 'search') return { kind: name, query: value }
  return name === 'open' ? { kind: name, title: value } : { kind: name, text: value }
}

const isToolName = (name: Json | undefined): name is ToolName => typeof name === 'string' && NAMES.includes(name)

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
