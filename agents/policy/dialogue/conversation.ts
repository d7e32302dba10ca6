import type { Json } from '../../../core/data/types.ts'
import type { Turn } from '../../../core/rollout/agent.ts'
import { wordsOf } from '../page.ts'
import { type Found, foundIn } from './found.ts'
import { type ToolSchema, toolsOf } from './schemas.ts'

/** What an agent knows of a conversation with a user and tools, beside the last observation. */
export interface Dialogue {
  /** Public part of the task: its `tools` are the schemas of what may be called. */
  readonly task: Json
  /** Earlier turns, oldest first. */
  readonly history: readonly Turn[]
}

/** One answer that the agent was shown. */
export interface Message {
  /** `user`, the name of a tool, or `system`. */
  readonly from: string
  readonly text: string
  /** Words in lower case. */
  readonly words: ReadonlySet<string>
  /** Values in the answer of a tool. */
  readonly found: readonly Found[]
  readonly isError: boolean
}

/** A conversation so far, read. */
export interface Conversation {
  readonly tools: readonly ToolSchema[]
  /** In order; the last ones are the observation's. */
  readonly messages: readonly Message[]
  /** What the agent did, oldest first. */
  readonly acts: readonly Json[]
}

/** Whether the public part of a task has tools, so that the policy can make its actions itself. */
export const hasTools = (task: Json): boolean => toolsOf(task).length > 0

/** A conversation as it is read for candidates and features. */
export const conversationOf = ({ task, history }: Dialogue, observation: string): Conversation => ({
  tools: toolsOf(task),
  messages: [...history.flatMap(messagesOfTurn), ...messagesOf(observation)],
  acts: history.map(({ action }) => action),
})

/** Turns are read once: those of an episode are the same objects from step to step. */
const readTurns = new WeakMap<Turn, readonly Message[]>()

function messagesOfTurn(turn: Turn): readonly Message[] {
  const before = readTurns.get(turn)
  if (before) return before
  const messages = messagesOf(turn.observation)
  readTurns.set(turn, messages)
  return messages
}

/** Characters of one message that are read. */
const LONGEST = 20_000

/** Answers of an observation, each under a line with its source in brackets. */
function messagesOf(observation: string): readonly Message[] {
  const parts = observation.split(/^\[([\w-]{1,100})\]$/mu)
  const messages: Message[] = []
  for (let at = 1; at < parts.length; at += 2)
    messages.push(messageOf(parts[at] ?? '', (parts[at + 1] ?? '').trim().slice(0, LONGEST)))
  return messages
}

const messageOf = (from: string, text: string): Message => ({
  from,
  text,
  words: new Set(wordsOf(text.toLowerCase())),
  found: from === 'user' || from === 'system' ? [] : foundIn(from, text),
  isError: text.startsWith('Error'),
})
