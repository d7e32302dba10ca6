import { parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { AgentContext, Turn } from '../../core/rollout/agent.ts'
import type { WrittenCall } from '../../models/chat/reply.ts'
import { callsOfAction } from './action.ts'
import { ACT, type Form, isObject } from './form.ts'

/** A chat message as the API takes it. */
type Message = JsonObject

export interface ConversationSettings {
  readonly form: Form
  /** First message. */
  readonly system: string
  /** Characters of all messages; what does not fit is left out from the second turn on. */
  readonly budget: number
}

/**
 * The episode so far as a conversation: observations are answers of the tools that were called, or messages of the user;
 * actions are the assistant's. The first observation and the latest turns stay where the budget is short.
 */
export function conversationOf(
  context: AgentContext,
  { form, system, budget }: ConversationSettings,
): readonly Message[] {
  const { history, observation } = context
  const [first = observation] = history.map((turn) => turn.observation)
  const start = [{ role: 'system', content: system }, userMessage(form, first)]
  const turns = history.map((turn, at) => messagesOf(form, turn, history[at + 1]?.observation ?? observation, at))
  const room = budget - lengthOf(start)
  const kept = latest(turns, room)
  const note = kept.length < turns.length ? [leftOut(turns.length - kept.length)] : []
  return [...start, ...note, ...shortened(kept.flat(), room)]
}

const leftOut = (count: number): Message => ({
  role: 'user',
  content: `(${count} earlier ${count === 1 ? 'turn is' : 'turns are'} left out here.)`,
})

/** As many of the last turns as fit, one at least. */
function latest(turns: readonly (readonly Message[])[], room: number): readonly (readonly Message[])[] {
  let [from, length] = [turns.length, 0]
  while (from > 0) {
    length += lengthOf(turns[from - 1] ?? [])
    if (length > room && from < turns.length) break
    from--
  }
  return turns.slice(from)
}

const lengthOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0)

/** A turn that is longer than everything may be: its texts are cut. */
function shortened(messages: readonly Message[], room: number): readonly Message[] {
  if (lengthOf(messages) <= room) return messages
  const share = Math.max(200, Math.floor(room / Math.max(1, messages.length)))
  return messages.map((message) => {
    const { content } = message
    const isLong = typeof content === 'string' && content.length > share
    return isLong ? { ...message, content: `${content.slice(0, share)} (cut here)` } : message
  })
}

/** What the assistant did, and what it saw after it. */
function messagesOf(form: Form, turn: Turn, next: string, at: number): readonly Message[] {
  const calls = form.kind === 'text' ? [] : callsIn(form, turn.action)
  if (calls.length === 0)
    return [{ role: 'assistant', content: saidIn(turn.action) || '(nothing)' }, userMessage(form, next)]
  const named = calls.map((call, position) => ({ ...call, id: `${call.id || 'call'}_${at}_${position}` }))
  const { content } = isObject(turn.action) ? turn.action : {}
  const answers = answersOf(named, next)
  return [
    { role: 'assistant', content: typeof content === 'string' ? content : null, tool_calls: named.map(written) },
    ...named.map(({ id }, position): Message => ({ role: 'tool', tool_call_id: id, content: answers[position] ?? '' })),
  ]
}

function callsIn(form: Form, action: Json): readonly WrittenCall[] {
  if (form.kind === 'tools') return callsOfAction(action)
  return isObject(action) ? [{ id: '', name: ACT, arguments: JSON.stringify(action) }] : []
}

/** APIs refuse conversations with names or arguments that are not sound, from any author. */
function written({ id, name, arguments: args }: WrittenCall): Message {
  const sound = name.replaceAll(/[^\w-]/g, '_').slice(0, 64) || 'unknown'
  return { id, type: 'function', function: { name: sound, arguments: isJsonObject(args) ? args : '{}' } }
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(parseJson(text))
  } catch {
    return false
  }
}

/** The text of an action that calls nothing. */
export function saidIn(action: Json): string {
  if (typeof action === 'string') return action
  return isObject(action) && typeof action.respond === 'string' ? action.respond : JSON.stringify(action)
}

/** An observation that answers no call. */
export const userMessage = (form: Form, observation: string): Message => ({
  role: 'user',
  content: form.kind === 'tools' ? observation.replace(/^\[user\]\n/, '') : observation,
})

/**
 * The answer to each of several calls. An observation has them in order, each under `[name]`; where that cannot be decided
 * from the text of an answer, the first call gets all of it.
 */
export function answersOf(calls: readonly Pick<WrittenCall, 'name'>[], observation: string): readonly string[] {
  const headers = calls.map(({ name }) => `[${name}]\n`)
  const parts = partsOf(observation, headers)
  return parts ?? [observation, ...calls.slice(1).map(() => '(answered with the first call)')]
}

function partsOf(observation: string, headers: readonly string[]): readonly string[] | null {
  const starts: number[] = []
  for (const header of headers) {
    const at = starts.length === 0 ? 0 : observation.indexOf(`\n${header}`, starts.at(-1)) + 1
    if (!observation.startsWith(header, at) || (at === 0 && starts.length > 0)) return null
    starts.push(at + header.length)
  }
  const ends = starts.slice(1).map((start, at) => start - (headers[at + 1]?.length ?? 0) - 1)
  const parts = starts.map((start, at) => observation.slice(start, ends[at] ?? observation.length))
  return parts.some((part) => headers.some((header) => part.includes(`\n${header}`))) ? null : parts
}
