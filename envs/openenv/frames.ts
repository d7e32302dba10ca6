import { isJsonObject, MAX_JSON_DEPTH, parseExactJson } from '../../core/data/json.ts'
import { EXACT_JSON, JSON_WORDS, type JsonDialect, JsonReader } from '../../core/data/json-reader.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** What a reset or step showed. */
export type Shown = {
  readonly kind: 'shown'
  /** Its fields, as the server has them, without reward and end. */
  readonly observation: JsonObject
  /** Null where the server gave none, or no number. */
  readonly reward: number | null
  readonly done: boolean
}

/** What came of a step: an action that is not one by the server's schema is refused, and changed nothing. */
export type Outcome = Shown | { readonly kind: 'refused'; readonly problem: string }

/** Characters of a problem that an agent is shown. */
const MOST = 2000

/**
 * The answer to a reset or step.
 * @throws Error for an error of the server other than a refused action, and for a frame that is not an answer
 */
export function outcomeIn(text: string): Outcome {
  const { type, data = null } = objectIn(text)
  if (!isJsonObject(data)) throw new Error('the server sent a frame without data')
  if (type === 'error') return refusalIn(data)
  const { observation = null, reward = null, done } = data
  if (type !== 'observation' || !isJsonObject(observation) || typeof done !== 'boolean')
    throw new Error('the server sent something that is not the answer to a reset or step')
  return { kind: 'shown', observation, reward: numberOf(reward), done }
}

function refusalIn({ code = null, message = null, errors = [] }: JsonObject): Outcome {
  const what = `${typeof message === 'string' ? message : 'no reason'}${problemsOf(errors)}`
  if (code !== 'VALIDATION_ERROR') throw new Error(`the server says: ${cut(what, MOST)}`)
  return { kind: 'refused', problem: cut(what, MOST) }
}

/** As pydantic lists them: where, and what. */
function problemsOf(errors: Json): string {
  if (!Array.isArray(errors)) return ''
  const problems = errors.slice(0, 20).map((error: Json) => {
    const { loc = [], msg = '' } = isJsonObject(error) ? error : {}
    return `; ${Array.isArray(loc) ? loc.join('.') : ''}: ${typeof msg === 'string' ? msg : ''}`
  })
  return problems.join('')
}

/** Environments in Python may also say whether a step was good. */
function numberOf(reward: Json): number | null {
  if (typeof reward === 'boolean' || isLongInteger(reward)) return Number(reward)
  return typeof reward === 'number' ? reward : null
}

const isLongInteger = (value: Json): boolean => typeof value === 'string' && /^-?\d{16,}$/.test(value)

function objectIn(text: string): JsonObject {
  const frame = parsed(text)
  if (isJsonObject(frame)) return frame
  throw new Error('the server sent something that is not a frame')
}

/** JSON as Python writes it: NaN and infinities, which JSON lacks, are absent. */
const PYTHON_JSON: JsonDialect<string> = {
  ...EXACT_JSON,
  words: { ...JSON_WORDS, NaN: null, Infinity: null, '-Infinity': null },
}

function parsed(text: string): Json {
  try {
    return parseExactJson(text)
  } catch {
    return new JsonReader(text, MAX_JSON_DEPTH, PYTHON_JSON).whole()
  }
}
