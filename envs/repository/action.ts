import type { Json } from '../../core/data/types.ts'
import type { Problem } from '../../core/episode/action.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import type { Arguments } from '../../sandbox/episode/arguments.ts'
import { CallReader, type Calls, callsSchema, objectSchema } from '../../sandbox/episode/calls.ts'

/** What one call does. */
export type RepositoryAction =
  | { readonly kind: 'view'; readonly path: string; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'search'; readonly text: string; readonly path: string }
  | { readonly kind: 'edit'; readonly path: string; readonly old: string; readonly new: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'patch'; readonly patch: string }
  | { readonly kind: 'test'; readonly path: string }
  | { readonly kind: 'submit' }

export type RepositoryCalls = Calls<RepositoryAction>

const TEXT = { type: 'string' }
const LINE = { type: 'integer', minimum: 1 }
const PATH = { type: 'string', description: 'Path in the repository, such as shop/orders.py.' }

/** The actions as tools. */
export const TOOLS: readonly ToolDescription[] = [
  {
    name: 'view',
    description:
      'Shows a file with the numbers of its lines, all or some of them, or the files of a folder; without a path, all files.',
    inputSchema: objectSchema({ path: PATH, from: LINE, to: LINE }, []),
    annotations: { readOnlyHint: true },
  },
  {
    name: 'search',
    description: 'Shows the lines that have a text, in all files or in those of a path.',
    inputSchema: objectSchema({ text: TEXT, path: PATH }, ['text']),
    annotations: { readOnlyHint: true },
  },
  {
    name: 'edit',
    description: 'Replaces a text that is in a file exactly once.',
    inputSchema: objectSchema({ path: PATH, old: TEXT, new: TEXT }, ['path', 'old', 'new']),
  },
  {
    name: 'write',
    description: 'Writes a file, in place of what it had.',
    inputSchema: objectSchema({ path: PATH, content: TEXT }, ['path', 'content']),
  },
  {
    name: 'apply_patch',
    description: 'Applies a patch in the unified format of diff and git.',
    inputSchema: objectSchema({ patch: TEXT }, ['patch']),
  },
  {
    name: 'run_tests',
    description: 'Runs the tests of the repository, all or those of one test file.',
    inputSchema: objectSchema({ path: PATH }, []),
  },
  { name: 'submit', description: 'Hands the repository in, which ends the task.', inputSchema: objectSchema({}, []) },
]

/** JSON Schema of an action. */
export const ACTION_SCHEMA = callsSchema(TOOLS)

function actionOf(name: Json | undefined, args: Arguments): RepositoryAction | null {
  switch (name) {
    case 'view':
      return { kind: 'view', path: args.text('path', ''), from: args.lineNumber('from'), to: args.lineNumber('to') }
    case 'search':
      return { kind: 'search', text: args.text('text'), path: args.text('path', '') }
    case 'edit':
      return { kind: 'edit', path: args.text('path'), old: args.text('old'), new: args.text('new') }
    case 'write':
      return { kind: 'write', path: args.text('path'), content: args.text('content') }
    case 'apply_patch':
      return { kind: 'patch', patch: args.text('patch') }
    case 'run_tests':
      return { kind: 'test', path: args.text('path', '') }
    case 'submit':
      return { kind: 'submit' }
    default:
      return null
  }
}

const reader = new CallReader(TOOLS, actionOf)

/** The calls of an action, or what is wrong with it. */
export const readAction = (raw: Json): RepositoryCalls | Problem => reader.read(raw)
