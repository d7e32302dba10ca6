import { canonicalJson } from '../../../core/data/hash.ts'
import type { Json } from '../../../core/data/types.ts'
import { actionOf, type Call, callsOf } from './calls.ts'
import type { Conversation } from './conversation.ts'
import { messagesFor } from './messages.ts'
import { isRecord } from './schemas.ts'
import { valueFinder } from './slots.ts'

/** Something that could be done next, with what features say of it. */
export interface Candidate {
  readonly action: Json
  /** Name of the tool, or what a message does. */
  readonly verb: string
  /** Candidates of the same verb before it. */
  readonly rank: number
  /** Null for a message. */
  readonly call: Call | null
}

/** Candidates that a policy chooses among: calls of every tool with values seen so far, and messages to the user. */
export function candidatesIn(conversation: Conversation): readonly Candidate[] {
  const valuesFor = valueFinder(conversation)
  const calls = conversation.tools.flatMap((tool) =>
    callsOf(tool, conversation, valuesFor).map((call, rank): Candidate => {
      return { action: actionOf(call), verb: call.name, rank, call }
    }),
  )
  const messages = messagesFor(conversation).map(
    ({ kind, text }): Candidate => ({ action: { respond: text }, verb: kind, rank: 0, call: null }),
  )
  return [...calls, ...messages]
}

/** What an action of the past was: its tool, or the words of its message without numbers. */
export function verbOf(action: Json): string {
  if (!isRecord(action)) return 'text'
  if (typeof action.name === 'string') return action.name
  return typeof action.respond === 'string' ? action.respond.replace(/\d+/g, '0') : canonicalJson(action)
}
