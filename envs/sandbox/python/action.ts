import type { Json } from '../../../core/data/types.ts'
import type { Problem } from '../../../core/episode/action.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import type { Arguments } from '../../../sandbox/episode/arguments.ts'
import { CallReader, type Calls, callsSchema, objectSchema as object } from '../../../sandbox/episode/calls.ts'

/** Calls of one step, in their order: 1 to 16. */
export type PythonCalls = Calls<PythonAction>

/** What one call does. */
export type PythonAction = FileAction | { readonly kind: 'test' } | { readonly kind: 'submit' }

/** What one call does to the files, or with them. */
export type FileAction =
  | { readonly kind: 'write'; readonly files: readonly { readonly path: string; readonly content: string }[] }
  | { readonly kind: 'edit'; readonly path: string; readonly old: string; readonly new: string }
  | { readonly kind: 'read' | 'delete'; readonly path: string }
  | { readonly kind: 'run'; readonly path: string; readonly args: readonly string[]; readonly stdin: string }

const PATH = { type: 'string', description: 'Path in the workspace, such as solution.py.' }
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

/** JSON Schema of an action. */
export const ACTION_SCHEMA = callsSchema(TOOLS)

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

const reader = new CallReader(TOOLS, actionOf)

/** The calls of an action, or what is wrong with it. */
export const readAction = (raw: Json): PythonCalls | Problem => reader.read(raw)
