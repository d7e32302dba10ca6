import { isJsonObject, parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** What a reset showed. */
export type Shown = {
  /** As JSON: arrays are lists, and numbers that JSON has not are texts. */
  readonly observation: Json
  /** Text of `render()`; null where it was not asked for. */
  readonly rendering: string | null
  /** First value and number of values of a discrete action space; null for another. */
  readonly discrete: { readonly start: number; readonly n: number } | null
  /** Values of a discrete space that `info["action_mask"]` admits; null where it says nothing. */
  readonly mask: readonly number[] | null
  /** Fields of `info` that were asked for and are there. */
  readonly info: JsonObject
}

/** What a step showed. */
export type Stepped = Shown & {
  /** Null for what is not a finite number. */
  readonly reward: number | null
  readonly terminated: boolean
  readonly truncated: boolean
}

/** What came of a step: an action outside of the action space is refused, and the environment has not seen it. */
export type Outcome = Stepped | { readonly refused: string }

/** JSON Schemas of actions and observations. */
export type Spaces = {
  readonly action: JsonObject
  readonly observation: JsonObject
}

/** Releases that play. */
export type Versions = { readonly gymnasium: string; readonly python: string }

/** A line of a bridge. @throws Error for a line that is not a message */
export function messageIn(line: string): JsonObject {
  const message = parsedLine(line)
  if (message === null) throw new Error('it wrote something that is not a message')
  return message
}

function parsedLine(line: string): JsonObject | null {
  try {
    const message = parseJson(line)
    return isJsonObject(message) ? message : null
  } catch {
    return null
  }
}

/** @throws Error */
export function shownIn(answer: Json): Shown {
  const { observation, rendering = null, discrete = null, mask = null, info = {} } = objectOf(answer)
  const isShown = observation !== undefined && (rendering === null || typeof rendering === 'string')
  if (!isShown || !isJsonObject(info)) throw MALFORMED
  return { observation, rendering, discrete: discreteIn(discrete), mask: maskIn(mask), info }
}

/** @throws Error */
export function outcomeIn(answer: Json): Outcome {
  const { refused, reward = null, terminated, truncated } = objectOf(answer)
  if (typeof refused === 'string') return { refused }
  if (typeof terminated !== 'boolean' || typeof truncated !== 'boolean') throw MALFORMED
  if (reward !== null && typeof reward !== 'number') throw MALFORMED
  return { ...shownIn(answer), reward, terminated, truncated }
}

/** @throws Error */
export function spacesIn(answer: Json): Spaces {
  const { action, observation } = objectOf(answer)
  if (!isJsonObject(action) || !isJsonObject(observation)) throw MALFORMED
  return { action, observation }
}

/** Digests of a probe. @throws Error */
export function digestsIn(answer: Json): readonly string[] {
  if (!Array.isArray(answer) || answer.length === 0) throw MALFORMED
  return answer.map((each: Json) => {
    if (typeof each === 'string') return each
    throw MALFORMED
  })
}

/** @throws Error */
export function versionsIn(answer: Json): Versions {
  const { gymnasium, python } = objectOf(answer)
  if (typeof gymnasium !== 'string' || typeof python !== 'string') throw MALFORMED
  return { gymnasium, python }
}

function discreteIn(value: Json): Shown['discrete'] {
  if (value === null) return null
  const { start, n } = objectOf(value)
  if (typeof start !== 'number' || typeof n !== 'number' || !Number.isSafeInteger(start) || !(n >= 1)) throw MALFORMED
  return { start, n }
}

function maskIn(value: Json): readonly number[] | null {
  if (value === null) return null
  if (!Array.isArray(value)) throw MALFORMED
  return value.map((each: Json) => {
    if (typeof each === 'number' && Number.isSafeInteger(each)) return each
    throw MALFORMED
  })
}

function objectOf(value: Json): JsonObject {
  if (isJsonObject(value)) return value
  throw MALFORMED
}

const MALFORMED = new Error('it answered with something that is not the answer to its request')
