import { isObject } from '../../agents/chat/form.ts'
import { parseExactJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Dialogue, Message } from '../dialogue.ts'
import { messagesIn } from '../import/sharegpt.ts'
import type { Whole } from '../trajectories.ts'
import { linePerTrajectory } from './context.ts'
import { metadataOf } from './metadata.ts'

/** A message as ShareGPT has it. */
type Entry = { readonly from: string; readonly value: string; readonly loss?: boolean }

/**
 * ShareGPT: `conversations` of `{from, value}`, as LLaMA-Factory and AgentGym read it. Turns alternate and end with one of
 * the model: several answers of tools are one entry, and what was shown last is in the field `stepgym`, as is every
 * action that its entry does not lead back to.
 */
export const shareGptRows = linePerTrajectory((whole, dialogue, context) => {
  const turns = dialogue.exchanges.map(({ said, shown }, at) => [saidEntry(said, whole, at), ...shownEntries(shown)])
  const last = turns.at(-1)?.splice(1) ?? []
  const conversations = [...shownEntries(dialogue.opening), ...turns.flat()]
  return {
    id: whole.trajectory.id,
    conversations,
    ...(dialogue.tools.length > 0 && { tools: JSON.stringify(dialogue.tools.map(functionOf)) }),
    ...(!context.isBare && { stepgym: { ...metadataOf(whole, readBack(dialogue, conversations), context), last } }),
  }
})

/** The dialogue with the messages that a reader of the file has. */
function readBack(dialogue: Dialogue, conversations: readonly Entry[]): Dialogue {
  const read = messagesIn(conversations).filter(({ role }) => role === 'assistant')
  return { ...dialogue, exchanges: dialogue.exchanges.map((exchange, at) => ({ ...exchange, said: read[at] ?? {} })) }
}

/** `loss` is that of AgentGym: false for an action that could not be read, did nothing, or is not learnt from. */
function saidEntry({ content = null, tool_calls: calls }: Message, { steps, learnt }: Whole, at: number): Entry {
  const loss = (steps[at]?.isActionValid ?? true) && (learnt[at] ?? true)
  if (!Array.isArray(calls) || calls.length === 0) return { from: 'gpt', value: textOf(content), loss }
  const named = calls.map(callOf)
  return { from: 'function_call', value: JSON.stringify(named.length === 1 ? named[0] : named), loss }
}

function callOf(call: Json): JsonObject {
  const { name = '', arguments: args = {} } = functionOf(call)
  return { name, arguments: typeof args === 'string' ? argumentsOf(args) : args }
}

/** As JSON where it can be read as such, else the text itself. */
function argumentsOf(text: string): Json {
  try {
    return parseExactJson(text)
  } catch {
    return text
  }
}

function functionOf(value: Json): JsonObject {
  if (!isObject(value)) return {}
  return isObject(value.function) ? value.function : value
}

/** Answers of tools that follow each other are one entry. */
function shownEntries(messages: readonly Message[]): readonly Entry[] {
  const entries: Entry[] = []
  for (const { role = 'user', content = null } of messages) {
    const from = FROM.get(role) ?? 'human'
    const last = entries.at(-1)
    if (from === 'observation' && last?.from === from)
      entries.splice(-1, 1, { from, value: `${last.value}\n${textOf(content)}` })
    else entries.push({ from, value: textOf(content) })
  }
  return entries
}

const FROM: ReadonlyMap<Json, string> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['tool', 'observation'],
])

/** Parts that are not text are written as JSON. */
function textOf(content: Json): string {
  if (content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return JSON.stringify(content)
  return content
    .map((part: Json) => (isObject(part) && typeof part.text === 'string' ? part.text : JSON.stringify(part)))
    .join('\n')
}
