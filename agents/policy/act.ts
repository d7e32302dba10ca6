import { canonicalJson } from '../../core/data/hash.ts'
import type { Json } from '../../core/data/types.ts'

/** An action as the features read it. */
export interface Act {
  /** The whole in lower case; a structured action as canonical JSON. */
  readonly text: string
  /** What is done: `click` of `click[buy now]`, `push` of `push left`, the name of a call. */
  readonly verb: string
  /** What it is done to; empty for a bare verb. */
  readonly argument: string
}

/** Verb and argument of an action: a text such as `click[x]` or `push left`, or a call with a name and arguments. */
export function actOf(action: Json): Act {
  const text = (typeof action === 'string' ? action : canonicalJson(action)).toLowerCase()
  if (typeof action !== 'string') return { text, ...partsOfCall(action, text) }
  const [, verb, argument] = /^(\w+)\[(.*)\]$/s.exec(text) ?? /^(\S+)\s*(.*)$/s.exec(text) ?? []
  return { text, verb: verb ?? '', argument: argument ?? '' }
}

function partsOfCall(action: Json, text: string): Pick<Act, 'verb' | 'argument'> {
  if (typeof action !== 'object' || action === null || !('name' in action)) return { verb: '', argument: text }
  const { name, ...rest } = action
  return { verb: `${name}`.toLowerCase(), argument: leavesOf(rest).join(' ').toLowerCase() }
}

/** Texts and numbers within a value, without the names they have. */
function leavesOf(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${value}`]
  return Object.values(value).flatMap(leavesOf)
}
