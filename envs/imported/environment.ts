import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'

/** What a conversation began with, as its file had it. */
export type ImportedStart = {
  readonly messages: readonly JsonObject[]
  readonly tools: readonly Json[]
}

/** What one action led to, as its file had it. */
export type ImportedStep = {
  /** The message of the assistant; null where the action alone leads back to it. */
  readonly said: JsonObject | null
  /** Messages up to the next one of the assistant. */
  readonly messages: readonly JsonObject[]
  /** Null where the file has none: it is not 0. */
  readonly reward: number | null
  readonly isActionValid: boolean
  /** Null while the conversation continues. */
  readonly ending: 'terminated' | 'truncated' | null
  readonly info: JsonObject
}

/** A conversation that is being recorded. */
export interface Conversation {
  start(): ImportedStart
  /** @param turn counts from 0 */
  step(turn: number): ImportedStep
}

/** Options of the environment: recorded with every imported run. */
type ImportedOptions = {
  /** Objects of `id` and `split`. @default one task, a conversation of three turns */
  readonly tasks: readonly Json[]
  /** Steps of the longest conversation. @default 3 */
  readonly steps: number
}

const DEFAULTS: ImportedOptions = { tasks: [], steps: 3 }

/** Identifies runs whose steps have the messages of a file. */
export const IMPORTED = 'imported@1'

interface Resources {
  readonly tasks: readonly Json[]
  readonly steps: number
}

/**
 * Conversations of other tools, as `stepgym import` recorded them. What followed each action is an effect, so that
 * replay, hooks and credit read it from the record; what follows another action is not known.
 * @param conversation The one that is being recorded: while there is none, only the built-in one can be played.
 */
export const importedEnvironment = (conversation: () => Conversation | null): Environment =>
  defineEnvironment({
    id: IMPORTED,
    summary: 'conversations that were imported: read from their record, and not played',
    kind: 'async',
    maxSteps: DEFAULTS.steps,
    options: DEFAULTS,
    ranges: { steps: [1, 1_000_000] },
    action: (raw: Json) => raw,
    resources: ({ options: { tasks, steps } }): Resources => ({ tasks, steps }),
    limit: ({ resources }) => resources.steps,
    tasks: ({ resources }) => splitsOf(resources.tasks),
    async reset({ task, effect, resources }) {
      const start = await effect('conversation', task.id, () => played(conversation(), resources).start())
      return { turn: 0, text: openingText(start.messages) }
    },
    async step({ turn }, action, { effect, resources }) {
      const next = await effect('conversation', turn, () => played(conversation(), resources).step(turn))
      const { reward, isActionValid, ending, info } = next
      const state = { turn: turn + 1, text: answerText(next.messages, action) }
      return {
        state,
        reward,
        isActionValid,
        info,
        terminated: ending === 'terminated',
        truncated: ending === 'truncated',
      }
    },
    observe: { text: ({ text }) => text },
    examples: ['hello'],
  })

function played(conversation: Conversation | null, { tasks }: Resources): Conversation {
  if (conversation) return conversation
  if (tasks.length === 0) return BUILT_IN
  throw new GymError('EFFECT_FAILED', 'an imported conversation is read from its record, and cannot be played')
}

/** Lets the environment be tried and checked. */
const BUILT_IN: Conversation = {
  start: () => ({ messages: [{ role: 'user', content: 'say three things' }], tools: [] }),
  step: (turn) => ({
    said: null,
    messages: [{ role: 'user', content: turn < 2 ? `that is ${turn + 1}` : 'thank you' }],
    reward: turn < 2 ? 0 : 1,
    isActionValid: true,
    ending: turn < 2 ? null : 'terminated',
    info: {},
  }),
}

/** @throws GymError CONFIG_INVALID */
function splitsOf(tasks: readonly Json[]): Readonly<Record<string, readonly { readonly id: string }[]>> {
  if (tasks.length === 0) return { train: [{ id: 'built-in' }] }
  const splits = new Map<string, { readonly id: string }[]>()
  for (const task of tasks) {
    const { id, split } = isObject(task) ? task : {}
    if (typeof id !== 'string' || typeof split !== 'string')
      throw new GymError('CONFIG_INVALID', `a task of ${IMPORTED} is an object of id and split, not ${shown(task)}`)
    const others = splits.get(split) ?? []
    splits.set(split, others)
    others.push({ id })
  }
  return Object.fromEntries(splits)
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the assistant was asked; what the system says is in the messages. */
const openingText = (messages: readonly JsonObject[]): string =>
  messages
    .filter(({ role }) => role !== 'system')
    .map(({ content }) => contentText(content))
    .join('\n\n')

/** Answers of tools, each under its name, as environments of tools show them; or what a user said. */
function answerText(messages: readonly JsonObject[], action: Json): string {
  const isPlain = messages.every(({ role }) => role !== 'tool')
  if (isPlain) return messages.map(({ content }) => contentText(content)).join('\n\n')
  const names = namesOf(action)
  return messages
    .map(({ role, content, tool_call_id: id }) => {
      const from = role === 'tool' ? (names.get(id ?? null) ?? 'tool') : `${role}`
      return `[${from}]\n${contentText(content)}`
    })
    .join('\n')
}

/** Names of the tools that an action called, by the ids of the calls. */
function namesOf(action: Json): ReadonlyMap<Json, string> {
  const calls: readonly Json[] = isObject(action) && Array.isArray(action.tool_calls) ? action.tool_calls : []
  return new Map(
    calls.filter(isObject).map(({ id = null, function: called = null }) => {
      const name = isObject(called) ? called.name : null
      return [id, typeof name === 'string' ? name : 'tool'] as const
    }),
  )
}

/** The text of a message; of one in parts, the texts of its parts. */
function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: Json) => {
      const { type = 'part', text } = isObject(part) ? part : {}
      return typeof text === 'string' ? text : `(${type})`
    })
    .join('\n')
}
