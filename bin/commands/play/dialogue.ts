import { canonicalJson } from '../../../core/data/hash.ts'
import { nearNames } from '../../../core/data/near.ts'
import type { Json } from '../../../core/data/types.ts'
import { ACTION } from '../../config/readers.ts'

/** What a line that was typed asks for. */
export type Typed =
  | { readonly kind: 'nothing' | 'quit' | 'undo' | 'help' | 'actions' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'action'; readonly action: Json }

const COMMANDS = ['quit', 'undo', 'help', 'actions'] as const

/**
 * Reads a line. A listed action is typed as it is, or by its number, counted from 1; anything else is an action, too,
 * unless it begins with a colon (`::text` is the action `:text`).
 */
export function typed(line: string, actions: readonly Json[] | null): Typed {
  const text = line.trim()
  if (text === '') return { kind: 'nothing' }
  if (text.startsWith('::')) return { kind: 'action', action: text.slice(1) }
  if (text.startsWith(':')) return commandOf(text.slice(1))
  return { kind: 'action', action: actionOf(text, actions ?? []) }
}

/** `: did you mean :undo?`; nothing where no command is near. */
export function nearCommand(name: string): string {
  const [near] = nearNames(name, COMMANDS)
  return near === undefined ? '' : `: did you mean :${near}?`
}

function commandOf(name: string): Typed {
  const kind = COMMANDS.find((each) => each === name)
  return kind === undefined ? { kind: 'unknown', name } : { kind }
}

/** An action that is typed in full goes before a number: some environments have actions that are numbers. */
function actionOf(text: string, actions: readonly Json[]): Json {
  const same = actions.find((action) => textOf(action) === text)
  if (same !== undefined) return same
  const numbered = /^\d{1,6}$/.test(text) ? actions[Number(text) - 1] : undefined
  return numbered ?? ACTION.ofValue(ACTION.ofText(text)) ?? text
}

/** An action as it is shown and typed. */
export const textOf = (action: Json): string => (typeof action === 'string' ? action : canonicalJson(action))
