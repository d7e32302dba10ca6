import type { Json } from '../../../core/data/types.ts'
import type { Conversation, Message } from './conversation.ts'
import type { Found } from './found.ts'
import { isOfForm } from './pattern.ts'
import type { Parameter } from './schemas.ts'

/** A value for a parameter, with where it was seen. */
export interface SlotValue {
  readonly value: Json
  /** `user`, `schema`, or the tool and the field: `get_order_details item_id`. */
  readonly origin: string
  /** Number of its message; -1 for a value of the schema. */
  readonly message: number
  /** Place in that message, where it is one of text: from, to. */
  readonly span: readonly [number, number] | null
  /** Quarters of what it is about that the user said, 0 to 4; for a value of the schema 4 where it was said. */
  readonly match: number
  /** By which values are ranked, the greatest first. */
  readonly score: number
}

/** Values of one parameter that are looked at: more are the least likely. */
export const MOST_VALUES = 6

/** Finds values for parameters in one conversation; equal parameters of several tools are looked up once. */
export type ValueFinder = (parameter: Parameter) => readonly SlotValue[]

/**
 * Finder of values that have been seen so far, of a parameter's type and form, the likeliest first: what the user
 * said, then fields whose name has words of the parameter's, by how much of what they are about the user said, and how
 * lately they were seen.
 */
export function valueFinder(conversation: Conversation): ValueFinder {
  const known = new Map<string, readonly SlotValue[]>()
  const matchOf = matcher(conversation)
  return (parameter) => {
    const { name, type, values, pattern } = parameter
    const key = JSON.stringify([name, type, values, pattern?.source])
    const found = known.get(key) ?? ranked(parameter, conversation, matchOf)
    known.set(key, found)
    return found
  }
}

function ranked(parameter: Parameter, conversation: Conversation, matchOf: Matcher): readonly SlotValue[] {
  const all = [
    ...listed(parameter, conversation),
    ...said(parameter, conversation),
    ...shown(parameter, conversation, matchOf),
  ]
  const best = new Map<Json, SlotValue>()
  for (const each of all) if (each.score > (best.get(each.value)?.score ?? -Infinity)) best.set(each.value, each)
  return [...best.values()].toSorted((one, other) => other.score - one.score).slice(0, MOST_VALUES)
}

const [OF_USER, OF_FIRST_WORD, OF_FIELD, OF_MATCH, OF_TIME] = [3, 1, 2, 2, 0.1] as const

/** Values that the schema lists. */
function listed({ values, type }: Parameter, { messages }: Conversation): readonly SlotValue[] {
  const options = values ?? (type === 'boolean' ? [true, false] : [])
  return options.map((value) => {
    const last = messages.findLastIndex(({ from, text }) => from === 'user' && text.includes(String(value)))
    const match = last === -1 ? 0 : 4
    return { value, origin: 'schema', message: -1, span: null, match, score: last * OF_TIME }
  })
}

/** Values in what the user said. Without a form it is the last thing said as a whole. */
function said({ values, type, pattern }: Parameter, { messages }: Conversation): readonly SlotValue[] {
  if (values !== null || type === 'boolean') return []
  const ofUser = messages.flatMap((message, at) => (message.from === 'user' ? [{ message, at }] : []))
  if (type === 'string' && pattern === null) return ofUser.slice(-1).map(({ message, at }) => whole(message, at))
  return ofUser.flatMap(({ message: { text }, at }) =>
    [...text.matchAll(pattern ?? NUMBER)].map(({ 0: found, index }): SlotValue => {
      const span = [index, index + found.length] as const
      const value = type === 'string' ? found : Number(found)
      const score = (isFirstWord(text, index) ? OF_FIRST_WORD : OF_USER) + at * OF_TIME
      return { value, origin: 'user', message: at, span, match: 4, score }
    }),
  )
}

/** Whether it is a word that is capitalised because a sentence begins with it. */
const isFirstWord = (text: string, at: number): boolean =>
  /\p{Lu}/u.test(text.charAt(at)) && /(?:^|[.!?:]\s+)$/.test(text.slice(Math.max(0, at - 4), at))

const NUMBER = /(?<![\w.#])\d+(?![\w.])/gu

const whole = ({ text }: Message, at: number): SlotValue => ({
  ...{ value: text, origin: 'user text', message: at, span: [0, text.length], match: 0, score: 0 },
})

/** Values in fields of answers whose name has words of the parameter's. */
function shown(parameter: Parameter, { messages }: Conversation, matchOf: Matcher): readonly SlotValue[] {
  if (parameter.values !== null || parameter.type === 'boolean') return []
  return messages.flatMap(({ from, found }, at) =>
    found.flatMap((each): readonly SlotValue[] => {
      const affinity = shareOf(parameter.words, each.words)
      if (affinity === 0 || !isOfType(parameter, each.value)) return []
      const match = matchOf(each.about)
      const score = affinity * OF_FIELD + match * OF_MATCH + at * OF_TIME
      const origin = `${from} ${each.field}`
      return [{ value: each.value, origin, message: at, span: null, match: Math.min(4, Math.floor(4 * match)), score }]
    }),
  )
}

function isOfType({ type, pattern }: Parameter, value: Found['value']): boolean {
  if (type === 'string') return typeof value === 'string' && pattern !== null && isOfForm(pattern, value)
  return typeof value === 'number' && (type === 'number' || Number.isInteger(value))
}

/** Greatest share of some words that one message of the user has; a little more for a later one. */
type Matcher = (about: Found['about']) => number

/** Values of one object share the list of its words, which is matched once. */
function matcher({ messages }: Conversation): Matcher {
  const ofUser = messages.filter(({ from }) => from === 'user')
  const known = new Map<Found['about'], number>()
  return (about) => {
    const match = known.get(about) ?? matchIn(about, ofUser)
    known.set(about, match)
    return match
  }
}

function matchIn(about: Found['about'], ofUser: readonly Message[]): number {
  let most = 0
  for (const [at, { words }] of ofUser.entries()) {
    const share = about.filter((word) => words.has(word)).length / Math.max(1, about.length)
    if (share > 0) most = Math.max(most, share + at * LATER)
  }
  return most
}

const LATER = 0.01

function shareOf(words: readonly string[], others: readonly string[]): number {
  if (words.length === 0) return 0
  return words.filter((word) => others.includes(word)).length / words.length
}
