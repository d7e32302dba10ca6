import { pythonEquals } from '../../core/cpython/equality.ts'
import { parseJson } from '../../core/data/json.ts'
import { taggedCalls, withoutThought } from '../../core/data/tagged-calls.ts'
import type { Json, JsonObject, Step } from '../../core/data/types.ts'
import type { ToolCall } from './call.ts'

/** Calls of an action: none for a message; null where it was meant as calls and cannot be read. */
export type MadeCalls = readonly ToolCall[] | null

/**
 * Calls that an action makes: `{ name, arguments }`, `{ tool_calls: [...] }` with such calls or OpenAI's
 * `{ function: { name, arguments } }`, either as JSON text, arguments as JSON text too; or a text with calls
 * between `<tool_call>` tags. A call of the tool `respond` is a message.
 */
export function callsOf(action: Json): MadeCalls {
  if (typeof action === 'string') return callsOfText(action)
  if (!isObject(action)) return null
  if (Array.isArray(action.tool_calls)) return allOf(action.tool_calls.map((each) => callOf(functionOf(each))))
  if (!('name' in action)) return NO_CALLS
  if (action.name === 'respond') return NO_CALLS
  return allOf([callOf(action)])
}

/** Calls of the action of a step; null also where the environment could not read it. */
export const callsOfStep = ({ action, refused }: Step): MadeCalls => (refused ? null : callsOf(action))

/** Calls of steps, in order, without what could not be read. */
export const callsOfSteps = (steps: readonly Step[]): readonly ToolCall[] =>
  steps.flatMap((step) => callsOfStep(step) ?? NO_CALLS)

export const isSameCall = (a: ToolCall, b: ToolCall): boolean =>
  a.name === b.name && pythonEquals(a.parameters, b.parameters)

/** Wanted calls that are not among those made, in their order; one that was made once counts once. */
export function callsLeft(wanted: readonly ToolCall[], made: readonly ToolCall[]): readonly ToolCall[] {
  const left = [...wanted]
  for (const call of made) {
    const at = left.findIndex((each) => isSameCall(each, call))
    if (at >= 0) left.splice(at, 1)
  }
  return left
}

/** Calls of a ground truth `{ calls: [{ name, arguments }] }`; null where it has none. */
export function goldCallsOf(truth: Json): readonly ToolCall[] | null {
  if (!isObject(truth) || !Array.isArray(truth.calls)) return null
  return allOf(truth.calls.map(callOf))
}

/** The text of a ground truth `{ answer: '<think>...' }`, which ToolRL's format is taken from. */
export const goldAnswerOf = (truth: Json): string | null =>
  isObject(truth) && typeof truth.answer === 'string' ? truth.answer : null

const NO_CALLS: readonly ToolCall[] = []

function callsOfText(text: string): MadeCalls {
  const calls = taggedCalls(text)
  if (calls.length > 0) return allOf(calls.map((call) => callOf(parsedOf(call))))
  const said = withoutThought(text)
  if (!/^\s*\{/.test(said)) return NO_CALLS
  const parsed = parsedOf(said)
  return isObject(parsed) ? callsOf(parsed) : null
}

const functionOf = (call: Json): Json =>
  isObject(call) && isObject(call.function ?? null) ? (call.function ?? null) : call

function callOf(given: Json): ToolCall | null {
  if (!isObject(given) || typeof given.name !== 'string') return null
  const raw = given.arguments ?? given.parameters ?? given.kwargs ?? {}
  const parameters = typeof raw === 'string' ? parsedOf(raw === '' ? '{}' : raw) : raw
  return isObject(parameters) ? { name: given.name, parameters } : null
}

const allOf = (calls: readonly (ToolCall | null)[]): MadeCalls => {
  const known = calls.filter((call) => call !== null)
  return known.length === calls.length ? known : null
}

function parsedOf(text: string): Json {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
