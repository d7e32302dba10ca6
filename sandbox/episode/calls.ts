import { parseJson } from '../../core/data/json.ts'
import { taggedCalls } from '../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { type Problem, problem } from '../../core/episode/action.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import { Arguments, isObject } from './arguments.ts'

/** Calls of one step, in their order: 1 to 16. */
export type Calls<Action> = readonly { readonly name: string; readonly action: Action }[]

/** What a call asks for; null where there is no such tool. What is wrong with its arguments, these keep. */
export type ReadCall<Action> = (name: Json | undefined, args: Arguments) => Action | null

const MOST_CALLS = 16

/** JSON Schema of an object with these properties. */
export const objectSchema = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
})

/** JSON Schema of the actions of an environment with these tools. */
export function callsSchema(tools: readonly ToolDescription[]): JsonObject {
  const schemas = tools.map(({ name, description, inputSchema }) => ({
    description,
    ...objectSchema({ name: { const: name }, arguments: inputSchema }, ['name', 'arguments']),
  }))
  const list = { type: 'array', minItems: 1, maxItems: MOST_CALLS, items: { oneOf: schemas } }
  return {
    description: 'One call of a tool, or several that run in order; also as JSON text.',
    oneOf: [...schemas, objectSchema({ tool_calls: list }, ['tool_calls']), { type: 'string' }],
  }
}

/**
 * Reads actions: a call as `{name, arguments}` or OpenAI's `{function: {name, arguments}}`, several as `tool_calls`, and
 * each of them also as JSON text; or text with `<tool_call>` tags.
 */
export class CallReader<Action> {
  readonly #how: string
  readonly #read: ReadCall<Action>

  constructor(tools: readonly ToolDescription[], read: ReadCall<Action>) {
    const names = tools.map(({ name }) => name).join(', ')
    this.#how = `send {"name": TOOL, "arguments": {...}}, with one of the tools ${names}`
    this.#read = read
  }

  /** The calls of an action, or what is wrong with it. */
  read(raw: Json): Calls<Action> | Problem {
    if (typeof raw === 'string') return this.#text(raw)
    if (!isObject(raw)) return problem(this.#how)
    const calls = raw.tool_calls
    return Array.isArray(calls) ? this.#calls(calls) : this.#calls([raw])
  }

  #text(text: string): Calls<Action> | Problem {
    const tagged = taggedCalls(text)
    try {
      return tagged.length > 0 ? this.#calls(tagged.map((call) => parseJson(call))) : this.#json(parseJson(text))
    } catch {
      return problem(`the action is not JSON: ${this.#how}`)
    }
  }

  #json(value: Json): Calls<Action> | Problem {
    return isObject(value) ? this.read(value) : problem(this.#how)
  }

  #calls(list: readonly Json[]): Calls<Action> | Problem {
    if (list.length === 0 || list.length > MOST_CALLS)
      return problem(`tool_calls is a list of 1 to ${MOST_CALLS} calls`)
    const calls: { readonly name: string; readonly action: Action }[] = []
    for (const raw of list) {
      const call = isObject(raw) && isObject(raw.function) ? raw.function : raw
      const args = isObject(call) ? argumentsOf(call.arguments ?? {}) : null
      if (!isObject(call) || args === null) return problem(this.#how)
      const action = this.#call(call.name, new Arguments(args))
      if ('problem' in action) return problem(action.problem)
      calls.push({ name: String(call.name), action: action.action })
    }
    return calls
  }

  /** The call, or what is wrong with it. */
  #call(name: Json | undefined, args: Arguments): { readonly action: Action } | { readonly problem: string } {
    const action = this.#read(name, args)
    if (action === null)
      return { problem: `there is no tool ${JSON.stringify(name ?? null).slice(0, 80)}: ${this.#how}` }
    return args.wrong === null ? { action } : { problem: `${String(name)}: ${args.wrong}` }
  }
}

function argumentsOf(raw: Json): JsonObject | null {
  try {
    const value = typeof raw === 'string' ? parseJson(raw === '' ? '{}' : raw) : raw
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
