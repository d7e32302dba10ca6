import type { Json, JsonObject, Step } from '../../core/data/types.ts'
import { lastTagged } from './confident.ts'

/** Where the answer of a text is: in the last pair of tags, in the last `\boxed{}`, the whole text, or the first of these. */
export const ANSWER_PLACES = ['auto', 'tag', 'boxed', 'text'] as const
/** Name of a place where an answer is. */
export type AnswerPlace = (typeof ANSWER_PLACES)[number]

/** Content of the last `\boxed{}`, braces within it included; null without a closed one. */
export function lastBoxed(text: string): string | null {
  const start = text.lastIndexOf('\\boxed{')
  if (start === -1) return null
  let depth = 0
  for (let at = start + '\\boxed'.length; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return text.slice(start + '\\boxed{'.length, at)
  }
  return null
}

/** The answer of a text, trimmed; null where its place is missing or empty. */
export function answerIn(text: string, place: AnswerPlace, tag = 'answer'): string | null {
  const found = {
    tag: () => lastTagged(text, tag),
    boxed: () => lastBoxed(text),
    text: () => text,
    auto: () => lastTagged(text, tag) ?? lastBoxed(text) ?? text,
  }[place]()
  const answer = found?.trim() ?? ''
  return answer === '' ? null : answer
}

/**
 * What an action says: a text, or the text, number or truth value that a structured action has as `answer`, `content` or
 * `message`, also among the arguments of a call. Null without any.
 */
export function textOf(action: Json): string | null {
  if (typeof action === 'string') return action
  if (!isObject(action)) return null
  const said = ['answer', 'content', 'message'].map((name) => (Object.hasOwn(action, name) ? action[name] : undefined))
  const first = said.find((value) => ['string', 'number', 'boolean'].includes(typeof value))
  return first === undefined ? textOf(action.arguments ?? null) : String(first)
}

/** The answer of a trajectory: that of its last action. */
export function finalAnswer(steps: readonly Step[], place: AnswerPlace, tag = 'answer'): string | null {
  const text = textOf(steps.at(-1)?.action ?? null)
  return text === null ? null : answerIn(text, place, tag)
}

/** Right answers of a ground truth: `answer` or `answers`, texts or numbers; a bare text or number, too. Null without any. */
export function goldAnswers(truth: Json): readonly string[] | null {
  if (typeof truth === 'string' || typeof truth === 'number') return [String(truth)]
  if (!isObject(truth)) return null
  const own = Object.hasOwn(truth, 'answers') ? truth.answers : Object.hasOwn(truth, 'answer') ? truth.answer : null
  const all = Array.isArray(own) ? own : [own ?? null]
  const known = all.filter((each) => typeof each === 'string' || typeof each === 'number').map(String)
  return known.length === 0 ? null : known
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
