import type { Conversation } from './conversation.ts'
import type { ToolSchema } from './schemas.ts'

/** A message that could be said to the user. */
export interface Spoken {
  /** What it does, for features: `ask cancel_pending_order`, `answer amount`. */
  readonly kind: string
  readonly text: string
}

const CONFIRM = 'I am about to do as you say. Do you confirm (yes/no)?'
const DONE = 'Everything is done. Goodbye.'

/** Most numbers that can be answers, of different fields. */
export const MOST_ANSWERS = 3

/** Messages that can be said: questions for the arguments of each tool, a request to confirm, answers, the end. */
export const messagesFor = (conversation: Conversation): readonly Spoken[] => [
  ...conversation.tools.flatMap(questionFor),
  { kind: 'confirm', text: CONFIRM },
  ...answersFrom(conversation),
  { kind: 'done', text: DONE },
]

/** A question for what the tool needs and a user may know. */
function questionFor({ name, parameters }: ToolSchema): readonly Spoken[] {
  const asked = (parameters ?? []).filter(({ pattern, values }) => pattern !== null || values !== null)
  if (asked.length === 0) return []
  const needs = asked.map((parameter) => parameter.name.replaceAll('_', ' ')).join(', ')
  return [{ kind: `ask ${name}`, text: `To ${name.replaceAll('_', ' ')} I need: ${needs}. Can you tell me?` }]
}

/** The first number of each field in the last answer that has it; it ends the conversation. */
function answersFrom({ messages }: Conversation): readonly Spoken[] {
  const numbers = new Map<string, number>()
  for (const { found } of messages.toReversed())
    for (const { field, value } of found)
      if (typeof value === 'number' && !numbers.has(field)) numbers.set(field, value)
  return [...numbers]
    .slice(0, MOST_ANSWERS)
    .map(([field, value]) => ({ kind: `answer ${field}`, text: `The ${field} is ${value}. Is there anything else?` }))
}
