import { parseJson } from '../../../core/data/json.ts'
import { taggedCalls } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'

/** What an agent does. */
export type SqlAction = { readonly kind: 'schema' } | { readonly kind: 'query' | 'submit'; readonly sql: string }

const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {} }
const SQL_ARGUMENT: JsonObject = {
  type: 'object',
  properties: { sql: { type: 'string', description: 'One SELECT statement of SQLite.' } },
  required: ['sql'],
}

/** The actions as tools. */
export const TOOLS: readonly ToolDescription[] = [
  {
    name: 'schema',
    description: 'Shows the tables of the database.',
    inputSchema: NO_ARGUMENTS,
    annotations: { readOnlyHint: true },
  },
  {
    name: 'query',
    description: 'Runs a query and shows its rows.',
    inputSchema: SQL_ARGUMENT,
    annotations: { readOnlyHint: true },
  },
  { name: 'submit', description: 'Answers the question with a query, which ends the task.', inputSchema: SQL_ARGUMENT },
]

/** JSON Schema of an action. */
export const ACTION_SCHEMA: JsonObject = {
  description: 'One call of a tool; also as JSON text.',
  oneOf: [
    ...TOOLS.map(({ name, description, inputSchema }) => ({
      ...{ description, type: 'object' },
      properties: { name: { const: name }, arguments: inputSchema },
      required: name === 'schema' ? ['name'] : ['name', 'arguments'],
    })),
    { type: 'string' },
  ],
}

const HOW = 'send {"name": "query", "arguments": {"sql": "SELECT ..."}}, or the tool schema or submit'
const MOST_CHARACTERS = 20_000

/**
 * Reads a call: `{name, arguments}` or OpenAI's `{function: {name, arguments}}`, also as JSON text or within
 * `<tool_call>` tags, of which the first counts.
 */
export function readAction(raw: Json): SqlAction | Problem {
  const call = typeof raw === 'string' ? parsed(taggedCalls(raw)[0] ?? raw) : raw
  const named = isObject(call) && isObject(call.function) ? call.function : call
  if (!isObject(named)) return problem(HOW)
  const { name, arguments: given = {} } = named
  const args = typeof given === 'string' ? parsed(given) : given
  if (name === 'schema') return { kind: 'schema' }
  if (name !== 'query' && name !== 'submit') return problem(HOW)
  const sql = isObject(args) ? args.sql : undefined
  if (typeof sql !== 'string' || sql.trim() === '') return problem(`${name}: sql is a text`)
  if (sql.length > MOST_CHARACTERS) return problem(`${name}: sql has at most ${MOST_CHARACTERS} characters`)
  return { kind: name, sql }
}

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
