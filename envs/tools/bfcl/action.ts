import { withoutThought } from '../../../core/data/tagged-calls.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { isProblem, type Problem, problem } from '../../../core/episode/action.ts'
import { ACTION_SCHEMA, readAction } from '../engine/action.ts'
import type { BfclCall } from './execute.ts'
import { parseCalls } from './python/call-text.ts'
import { fromStorage } from './python/storage.ts'

/** What an agent does in one step: makes calls, one after the other, or ends its turn with a message. */
export type BfclAction =
  | { readonly kind: 'calls'; readonly calls: readonly BfclCall[] }
  | { readonly kind: 'end'; readonly message: string }

const MAX_CALLS = 32

/** JSON Schema of an action. */
export const BFCL_ACTION_SCHEMA: JsonObject = {
  ...ACTION_SCHEMA,
  description:
    "One call, several at once, or a message that ends the turn; also as JSON text, or calls as Python writes them: [f(a=1), g(b='x')].",
}

/**
 * Reads an action: calls as in the other tools environments, or as Python text with literal arguments; any other text
 * is a message, and ends the turn.
 */
export function readBfclAction(raw: Json): BfclAction | Problem {
  const written = typeof raw === 'string' ? parseCalls(withoutThought(raw)) : null
  if (written) return ofCalls(written)
  const action = readAction(raw)
  if (isProblem(action)) return action
  if (action.kind === 'respond') return { kind: 'end', message: action.content }
  return ofCalls(
    action.calls.map(({ name, args }) => ({
      name,
      positional: [],
      named: new Map(Object.entries(args).map(([key, value]) => [key, fromStorage(value)])),
    })),
  )
}

/** No calls end the turn, as in BFCL. */
function ofCalls(calls: readonly BfclCall[]): BfclAction | Problem {
  if (calls.length > MAX_CALLS) return problem(`make at most ${MAX_CALLS} calls in one step`)
  return calls.length === 0 ? { kind: 'end', message: '' } : { kind: 'calls', calls }
}
