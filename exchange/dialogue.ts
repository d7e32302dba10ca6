import { answersOf, saidIn, userMessage } from '../agents/chat/conversation.ts'
import { ACT, type Form, isObject } from '../agents/chat/form.ts'
import type { Effect, Json, JsonObject, Step } from '../core/data/types.ts'
import { IMPORTED } from '../envs/imported/environment.ts'
import type { TaskSetting } from './settings.ts'
import type { Whole } from './trajectories.ts'

/** A chat message as OpenAI's API has it. */
export type Message = JsonObject

/** What one step adds to a conversation. */
export interface Exchange {
  readonly said: Message
  /** What the agent was shown next: answers of tools, or a message. */
  readonly shown: readonly Message[]
}

/** A trajectory as a conversation. */
export interface Dialogue {
  /** The system message, if the environment is here, and the first observation. */
  readonly opening: readonly Message[]
  /** One per step. */
  readonly exchanges: readonly Exchange[]
  readonly tools: readonly Json[]
}

/**
 * A trajectory as a conversation: observations are answers of the tools that were called, or messages of the user;
 * actions are the assistant's. Names and arguments of calls stay as they were written.
 */
export function dialogueOf(whole: Whole, { form, system }: TaskSetting): Dialogue {
  if (whole.trajectory.environment === IMPORTED) return importedDialogue(whole)
  const { steps, start } = whole
  const ids = new CallIds()
  const first = steps[0]?.observation ?? start.observation
  return {
    opening: [...(system === null ? [] : [{ role: 'system', content: system }]), userMessage(form, first)],
    exchanges: steps.map((step) => exchangeOf(form, step, ids)),
    tools: form.kind === 'text' ? [] : form.tools,
  }
}

/** That of a file, as it was. */
function importedDialogue({ steps, start }: Whole): Dialogue {
  const { messages, tools } = outputOf(start.resetEffects)
  return {
    opening: messagesIn(messages),
    exchanges: steps.map(({ action, effects }) => {
      const { said = null, messages: shown } = outputOf(effects)
      return { said: isObject(said) ? said : messageOfAction(action), shown: messagesIn(shown) }
    }),
    tools: Array.isArray(tools) ? tools : [],
  }
}

/** The message of the assistant that an action is, in a conversation that was imported. */
export const messageOfAction = (action: Json): Message => ({
  role: 'assistant',
  content: null,
  ...(isObject(action) ? action : { content: textOf(action) }),
})

function outputOf(effects: readonly Effect[]): JsonObject {
  const [effect] = effects
  return effect && 'output' in effect && isObject(effect.output) ? effect.output : {}
}

const messagesIn = (messages: Json | undefined): readonly Message[] =>
  Array.isArray(messages) ? messages.filter((each: Json): each is JsonObject => isObject(each)) : []

/** Every message of a conversation, in order. */
export const messagesOf = ({ opening, exchanges }: Dialogue): readonly Message[] => [
  ...opening,
  ...exchanges.flatMap(({ said, shown }) => [said, ...shown]),
]

function exchangeOf(form: Form, { action, nextObservation }: Step, ids: CallIds): Exchange {
  const calls = callsIn(form, action)
  if (calls.length === 0)
    return { said: { role: 'assistant', content: textOf(action) }, shown: [userMessage(form, nextObservation)] }
  const named = calls.map((call) => ({ ...call, id: ids.next(call.id) }))
  const { content } = isObject(action) ? action : {}
  const answers = answersOf(named, nextObservation)
  return {
    said: {
      role: 'assistant',
      content: typeof content === 'string' ? content : null,
      tool_calls: named.map(({ id, name, arguments: args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    },
    shown: named.map(({ id }, at) => ({ role: 'tool', tool_call_id: id, content: answers[at] ?? '' })),
  }
}

/** What an action says, where it calls nothing. */
function textOf(action: Json): string {
  if (isObject(action) && typeof action.content === 'string' && action.respond === undefined) return action.content
  return saidIn(action)
}

/** One call of a tool. */
export interface NamedCall {
  readonly id: string
  readonly name: string
  /** As it was written; JSON where it was an object. */
  readonly arguments: string
}

/** The calls of an action, of one or several tools, or of the one that the environment is. */
export function callsIn(form: Form, action: Json): readonly NamedCall[] {
  if (!isObject(action)) return []
  if (form.kind === 'call') return [{ id: '', name: ACT, arguments: JSON.stringify(action) }]
  if (form.kind === 'text') return []
  if (Array.isArray(action.tool_calls)) return action.tool_calls.map(callOf)
  return typeof action.name === 'string' ? [callOf(action)] : []
}

function callOf(call: Json): NamedCall {
  const { id = '', function: inner = call } = isObject(call) ? call : {}
  const { name = '', arguments: args = {} } = isObject(inner) ? inner : {}
  return {
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : JSON.stringify(name),
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  }
}

/** Ids of calls: their own where those differ, as answers refer to them. */
class CallIds {
  readonly #used = new Set<string>()
  #spare = 0

  next(given: string): string {
    let id = given
    while (id === '' || this.#used.has(id)) id = `call_${this.#spare++}`
    this.#used.add(id)
    return id
  }
}
