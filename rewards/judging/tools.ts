import { messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { isObject } from '../recorded.ts'
import { type Passage, search } from './passages.ts'

/** A tool that a judge may call: its description, and what it does with an argument. */
export interface JudgeTool {
  readonly name: string
  readonly describes: string
  /** Name of its one argument, a text. */
  readonly argument: string
  run(argument: string, signal: AbortSignal): Promise<string>
}

/** A call that was made, and what came of it. */
export interface ToolUse {
  readonly tool: string
  readonly input: string
  readonly output: string
}

/** Characters of what a tool gives back. */
const LONGEST_OUTPUT = 2000
const BEST_PASSAGES = 5
/** Milliseconds of a program of the judge. */
const PROGRAM_MS = 5000

/** Looks passages up by words. */
export const searchTool = (passages: readonly Passage[]): JudgeTool => ({
  name: 'search',
  describes: 'Finds passages of all that was observed, and of the documents, by words.',
  argument: 'query',
  run: async (query) =>
    search(passages, query, BEST_PASSAGES)
      .map(({ name, text }) => `[${name}] ${text}`)
      .join('\n\n') || 'nothing found',
})

/** Runs programs somewhere safe; what `SandboxPool` does. */
export interface ProgramRunner {
  run(
    program: { readonly main: string; readonly limits: { readonly timeoutMs: number } },
    settings: { readonly signal: AbortSignal },
  ): Promise<ProgramResult>
}
interface ProgramResult {
  readonly status: string
  readonly stdout: { readonly text: string }
  readonly stderr: { readonly text: string }
}

/** Runs Python in a sandbox. */
export const pythonTool = (runner: ProgramRunner): JudgeTool => ({
  name: 'python',
  describes: 'Runs a program of Python for at most five seconds, without a network or files, and gives what it prints.',
  argument: 'code',
  async run(code, signal) {
    const { status, stdout, stderr } = await runner.run({ main: code, limits: { timeoutMs: PROGRAM_MS } }, { signal })
    return `${status}\n${stdout.text}${stderr.text === '' ? '' : `\nerrors:\n${stderr.text}`}`
  },
})

/** Tools as the API of chat completions takes them. */
export const toolSchemas = (tools: readonly JudgeTool[]): readonly JsonObject[] =>
  tools.map(({ name, describes: description, argument }) => ({
    type: 'function',
    function: {
      ...{ name, description },
      parameters: { type: 'object', properties: { [argument]: { type: 'string' } }, required: [argument] },
    },
  }))

/** Makes a call that a judge wrote. What is wrong with it is its output. @throws what `signal` was aborted with */
export async function useTool(
  tools: readonly JudgeTool[],
  call: { readonly name: string; readonly arguments: string },
  signal: AbortSignal,
): Promise<ToolUse> {
  const tool = tools.find(({ name }) => name === call.name)
  const input = tool && argumentIn(call.arguments, tool.argument)
  const given = cut(input ?? call.arguments, LONGEST_OUTPUT)
  const used = (output: string): ToolUse => ({
    tool: cut(call.name, 100),
    input: given,
    output: cut(output, LONGEST_OUTPUT),
  })
  if (tool === undefined) return used(`no such tool: there is ${tools.map(({ name }) => name).join(', ')}`)
  if (input == null) return used(`the arguments are { "${tool.argument}": text }`)
  try {
    return used(await tool.run(input, signal))
  } catch (thrown) {
    signal.throwIfAborted()
    return used(`failed: ${messageOf(thrown)}`)
  }
}

function argumentIn(text: string, name: string): string | null {
  const value = parsed(text)
  const argument = isObject(value) && Object.hasOwn(value, name) ? value[name] : null
  return typeof argument === 'string' ? argument : null
}

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
