import { parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { isObject } from '../recorded.ts'

/** Most of a score that a judge gives. */
export const MOST_SCORE = 10

/**
 * The JSON object in the last `<MARK>...</MARK>` of a reply, thinking that ends with `</think>` left out; null without
 * one. The mark differs from question to question, so that no text that a judge quotes has it.
 */
export function verdictIn(reply: string, mark: string): JsonObject | null {
  const said = reply.replace(/^[\s\S]*<\/think>/, '')
  const end = said.lastIndexOf(`</${mark}>`)
  const start = end === -1 ? -1 : said.lastIndexOf(`<${mark}>`, end)
  if (start === -1) return null
  try {
    const value = parseJson(said.slice(start + mark.length + 2, end).replace(/^\s*```(json)?|```\s*$/g, ''))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Positions of wrong steps, from 0, of a verdict `{"wrong": [2, 5]}` that counts steps from 1; each once, ascending.
 * Null where it names a step that does not exist.
 */
export function wrongStepsIn({ wrong }: JsonObject, steps: number): readonly number[] | null {
  const isStep = (value: Json): value is number => Number.isSafeInteger(value) && Number(value) >= 1
  if (!Array.isArray(wrong) || !wrong.every((each) => isStep(each) && each <= steps)) return null
  return [...new Set(wrong.map((each) => Number(each) - 1))].sort((a, b) => a - b)
}

/** Scores of all criteria as shares, of a verdict `{"scores": {"name": 7}}`; null where one is missing or no score. */
export function criterionScoresIn({ scores }: JsonObject, names: readonly string[]): readonly number[] | null {
  if (!isObject(scores)) return null
  const shares = names.map((name) => (Object.hasOwn(scores, name) ? shareIn(scores[name]) : null))
  return shares.every((share) => share !== null) ? shares : null
}

/** What one verification says of a trajectory. */
export interface Verification {
  /** Whether each step is right. */
  readonly steps: readonly boolean[]
  readonly final: boolean
}

/** A verdict `{"steps": ["right", "wrong"], "final": "right"}`. @param count steps of the trajectory @returns null for any other */
export function verificationIn({ steps, final }: JsonObject, count: number): Verification | null {
  const said = (value: Json | undefined): boolean | null =>
    value === 'right' || value === true ? true : value === 'wrong' || value === false ? false : null
  const each = Array.isArray(steps) ? steps.map((step: Json) => said(step)) : []
  const whole = said(final)
  if (each.length !== count || whole === null || !each.every((step) => step !== null)) return null
  return { steps: each, final: whole }
}

/** Scores of two trajectories, 0 to 10 each, of a verdict `{"first": 7, "second": 4}`; null for any other. */
export function pairScoresIn({ first, second }: JsonObject): readonly [first: number, second: number] | null {
  const [one, two] = [shareIn(first), shareIn(second)]
  return one === null || two === null ? null : [one * MOST_SCORE, two * MOST_SCORE]
}

/** The share of a verdict `{"score": 7}`; null for any other. */
export const scoreShareIn = ({ score }: JsonObject): number | null => shareIn(score)

const shareIn = (value: Json | undefined): number | null =>
  typeof value === 'number' && value >= 0 && value <= MOST_SCORE ? value / MOST_SCORE : null
