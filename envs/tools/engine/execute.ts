import { type Changes, type Database, Session } from './database.ts'
import { misfit } from './parameters.ts'
import { pythonText } from './python-dict.ts'
import { expectArguments, PythonError } from './python-error.ts'
import type { Arguments, Tool } from './tool.ts'

/** One call of a tool by an agent. */
export interface ToolCall {
  readonly name: string
  readonly args: Arguments
}

/** Tools over one database. */
export interface ToolSet {
  readonly tools: ReadonlyMap<string, Tool>
  readonly database: Database
  /**
   * Whether arguments are held to their schemas, with a sentence for the agent; else bad ones fail as in Python, with
   * its texts, as tau-bench's do.
   */
  readonly isStrict: boolean
}

export interface CallResult {
  /** What the agent observes. */
  readonly observation: string
  /** Whether the tool ran to its end. */
  readonly isOk: boolean
  readonly changes: Changes
}

/** Runs a tool. A failing one leaves the changes that it made before it failed, as a Python tool does. */
export function execute({ tools, database, isStrict }: ToolSet, changes: Changes, call: ToolCall): CallResult {
  const tool = tools.get(call.name)
  if (!tool) return { observation: `Unknown action ${call.name}`, isOk: false, changes }
  const problem = isStrict ? misfit('arguments', tool.parameters, call.args) : null
  if (problem !== null) return { observation: `Error: ${problem}`, isOk: false, changes }
  const session = new Session(database, changes)
  try {
    expectArguments(tool.name, Object.keys(call.args), Object.keys(tool.parameters.properties))
    const observation = pythonText(tool.run(session, call.args))
    return { observation, isOk: !observation.startsWith('Error: '), changes: session.changes() }
  } catch (thrown) {
    if (!(thrown instanceof PythonError)) throw thrown
    return { observation: `Error: ${thrown.message}`, isOk: false, changes: session.changes() }
  }
}

/** Changes after calls in sequence, failed calls included. */
export const changesAfter = (set: ToolSet, calls: readonly ToolCall[]): Changes =>
  calls.reduce((changes, call) => execute(set, changes, call).changes, {} as Changes)
