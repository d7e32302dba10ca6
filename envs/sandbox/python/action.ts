import { parseJson } from '../../../core/data/json.ts'
import { taggedCalls } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { type Problem, problem } from '../../../core/episode/action.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { problemOfArgs } from '../../../sandbox/program.ts'

/** Calls of one step, in their order: 1 to 16. */
export type PythonCalls = readonly { readonly name: string; readonly action: PythonAction }[]

/** What one call does. */
export type PythonAction = FileAction | { readonly kind: 'test' } | { readonly kind: 'submit' }

/** What one call does to the files, or with them. */
export type FileAction =
  | { readonly kind: 'write'; readonly files: readonly { readonly path: string; readonly content: string }[] }
  | { readonly kind: 'edit'; readonly path: string; readonly old: string; readonly new: string }
  | { readonly kind: 'read' | 'delete'; readonly path: string }
  | { readonly kind: 'run'; readonly path: string; readonly args: readonly string[]; readonly stdin: string }

const PATH = { type: 'string', description: 'Path in the workspace, such as solution.py.' }
const object = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
})
const FILE = object({ path: PATH, content: { type: 'string', description: 'The whole text of the file.' } }, [
  'path',
  'content',
])

/** The actions as tools. */
export const TOOLS: readonly ToolDescription[] = [
  { name: 'write_file', description: 'Writes a file, in place of what it had.', inputSchema: FILE },
  {
    name: 'write_files',
    description: 'Writes several files.',
    inputSchema: object({ files: { type: 'array', minItems: 1, items: FILE } }, ['files']),
  },
  {
    name: 'edit_file',
    description: 'Replaces a text that is in a file exactly once.',
    inputSchema: object({ path: PATH, old: { type: 'string' }, new: { type: 'string' } }, ['path', 'old', 'new']),
  },
  {
    name: 'read_file',
    description: 'Shows a file.',
    inputSchema: object({ path: PATH }, ['path']),
    annotations: { readOnlyHint: true },
  },
  { name: 'delete_file', description: 'Deletes a file.', inputSchema: object({ path: PATH }, ['path']) },
  {
    name: 'run',
    description: 'Runs a Python file of the workspace and shows what it prints.',
    inputSchema: object({ path: PATH, args: { type: 'array', items: { type: 'string' } }, stdin: { type: 'string' } }, [
      'path',
    ]),
  },
  { name: 'run_tests', description: 'Runs the public tests.', inputSchema: object({}, []) },
  { name: 'submit', description: 'Hands the workspace in, which ends the task.', inputSchema: object({}, []) },
]

const MOST_CALLS = 16

const CALL_SCHEMAS = TOOLS.map(({ name, description, inputSchema }) => ({
  description,
  ...object({ name: { const: name }, arguments: inputSchema }, ['name', 'arguments']),
}))

/** JSON Schema of an action. */
export const ACTION_SCHEMA: JsonObject = {
  description: 'One call of a tool, or several that run in order; also as JSON text.',
  oneOf: [
    ...CALL_SCHEMAS,
    object({ tool_calls: { type: 'array', minItems: 1, maxItems: MOST_CALLS, items: { oneOf: CALL_SCHEMAS } } }, [
      'tool_calls',
    ]),
    { type: 'string' },
  ],
}

const NAMES = TOOLS.map(({ name }) => name)
const HOW = `send {"name": TOOL, "arguments": {...}}, with one of the tools ${NAMES.join(', ')}`

/**
 * Reads an action: a call as `{name, arguments}` or OpenAI's `{function: {name, arguments}}`, several as `tool_calls`, and
 * each of them also as JSON text; or text with `<tool_call>` tags.
 */
export function readAction(raw: Json): PythonCalls | Problem {
  if (typeof raw === 'string') return readText(raw)
  if (!isObject(raw)) return problem(HOW)
  const calls = raw.tool_calls
  return Array.isArray(calls) ? readCalls(calls) : readCalls([raw])
}

function readText(text: string): PythonCalls | Problem {
  const tagged = taggedCalls(text)
  try {
    return tagged.length > 0 ? readCalls(tagged.map((call) => parseJson(call))) : readJson(parseJson(text))
  } catch {
    return problem(`the action is not JSON: ${HOW}`)
  }
}

const readJson = (value: Json): PythonCalls | Problem => (isObject(value) ? readAction(value) : problem(HOW))

function readCalls(list: readonly Json[]): PythonCalls | Problem {
  if (list.length === 0 || list.length > MOST_CALLS) return problem(`tool_calls is a list of 1 to ${MOST_CALLS} calls`)
  const calls: { readonly name: string; readonly action: PythonAction }[] = []
  for (const raw of list) {
    const call = isObject(raw) && isObject(raw.function) ? raw.function : raw
    const args = isObject(call) ? argumentsOf(call.arguments ?? {}) : null
    if (!isObject(call) || args === null) return problem(HOW)
    const action = readCall(call.name, new Arguments(args))
    if (typeof action === 'string') return problem(action)
    calls.push({ name: String(call.name), action })
  }
  return calls
}

function argumentsOf(raw: Json): JsonObject | null {
  try {
    const value = typeof raw === 'string' ? parseJson(raw === '' ? '{}' : raw) : raw
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/** The call, or what is wrong with it. */
function readCall(name: Json | undefined, args: Arguments): PythonAction | string {
  const action = actionOf(name, args)
  if (action === null) return `there is no tool ${JSON.stringify(name ?? null).slice(0, 80)}: ${HOW}`
  return args.wrong === null ? action : `${String(name)}: ${args.wrong}`
}

function actionOf(name: Json | undefined, args: Arguments): PythonAction | null {
  switch (name) {
    case 'write_file':
      return { kind: 'write', files: [{ path: args.text('path'), content: args.text('content') }] }
    case 'write_files':
      return { kind: 'write', files: args.files() }
    case 'edit_file':
      return { kind: 'edit', path: args.text('path'), old: args.text('old'), new: args.text('new') }
    case 'read_file':
      return { kind: 'read', path: args.text('path') }
    case 'delete_file':
      return { kind: 'delete', path: args.text('path') }
    case 'run':
      return { kind: 'run', path: args.text('path'), args: args.programArgs(), stdin: args.text('stdin', '') }
    case 'run_tests':
      return { kind: 'test' }
    case 'submit':
      return { kind: 'submit' }
    default:
      return null
  }
}

/** Arguments of a call; `wrong` says what is wrong with the first that is. */
class Arguments {
  readonly #values: JsonObject
  wrong: string | null = null

  constructor(values: JsonObject) {
    this.#values = values
  }

  text(name: string, otherwise?: string): string {
    const value = this.#values[name] ?? otherwise
    if (typeof value === 'string' && !LONE_SURROGATE.test(value)) return value
    this.wrong ??=
      value === undefined ? `the argument ${name} is missing: give a text` : `the argument ${name} is a text`
    return ''
  }

  /** Arguments of a program. What a sandbox refuses would end the episode, so that it is refused here. */
  programArgs(): readonly string[] {
    const value = this.#values.args ?? []
    const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
    const problem = isTexts ? problemOfArgs(value) : 'args is a list of texts'
    if (isTexts && problem === null) return value
    this.wrong ??= problem
    return []
  }

  files() {
    const value = this.#values.files
    const files = Array.isArray(value) && value.every(isObject) ? value.map((each) => new Arguments(each)) : []
    if (files.length === 0) this.wrong ??= 'files is a list of objects with path and content'
    const read = files.map((each) => ({ path: each.text('path'), content: each.text('content') }))
    this.wrong ??= files.find(({ wrong }) => wrong !== null)?.wrong ?? null
    return read
  }
}

/** Half of a character: no UTF-8 has it. */
const LONE_SURROGATE = /\p{Surrogate}/u

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
