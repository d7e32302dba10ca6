import type { Json } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { callsOfStep } from '../tools/made.ts'

/**
 * The share of a step's argument values that the agent has seen: in the observations up to this step, the first of
 * which holds the request. Case does not count. A number is looked for by its value; a text as a whole, or else by the
 * share of its words and numbers. Truth values, null and empty texts are not counted. Declines where nothing is left to
 * count. What an agent makes up is low, what it copies or may infer from single words is high.
 */
export default defineRewardHook({
  name: 'grounded-arguments',
  version: 1,
  scope: 'turn',
  summary: "share of a step's argument values that appear in the observations so far",
  reward(step, { history }) {
    const values = (callsOfStep(step) ?? []).flatMap(({ parameters }) => leavesOf(parameters))
    if (values.length === 0) return null
    const seen = seenIn([...history, step].map(({ observation }) => observation).join('\n'))
    return values.reduce((sum: number, value) => sum + groundedShare(value, seen), 0) / values.length
  },
})

interface Seen {
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly numbers: ReadonlySet<number>
}

/** Runs of letters and digits, with the signs that hold identifiers and numbers together. */
const WORDS = /[\p{L}\p{N}]+(?:[._@-][\p{L}\p{N}]+)*/gu
const NUMBERS = /\d+(?:\.\d+)?/g

function seenIn(observations: string): Seen {
  const text = observations.toLowerCase()
  const words = text.match(WORDS) ?? []
  return {
    text,
    words: new Set(words),
    numbers: new Set(words.flatMap((word) => (word.match(NUMBERS) ?? []).map(Number))),
  }
}

function groundedShare(value: string | number, { text, words, numbers }: Seen): number {
  if (typeof value === 'number') return Number(numbers.has(Math.abs(value)))
  const wanted = value.toLowerCase()
  if (hasWhole(text, wanted)) return 1
  const parts = wanted.match(WORDS) ?? []
  return parts.length === 0 ? 0 : parts.filter((part) => words.has(part)).length / parts.length
}

/** As it is, or as JSON writes it in an answer; not as a part of a longer word. */
const hasWhole = (text: string, wanted: string): boolean =>
  [wanted, JSON.stringify(wanted).slice(1, -1)].some((form) => {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      if (!isWordAt(text, at - 1) && !isWordAt(text, at + form.length)) return true
    return false
  })

const isWordAt = (text: string, at: number): boolean => /[\p{L}\p{N}]/u.test(text.charAt(at))

function leavesOf(value: unknown): readonly (string | number)[] {
  if (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((item: Json) => leavesOf(item)) : []
}
