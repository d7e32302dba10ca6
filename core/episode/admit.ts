import { GymError, messageOf } from '../data/errors.ts'
import { parseJson } from '../data/json.ts'
import { isPromise } from '../data/maybe-promise.ts'
import { seal } from '../data/seal.ts'
import type { Json, Refusal } from '../data/types.ts'
import { isProblem, problem } from './action.ts'
import type { Environment } from './environment.ts'

/** An action on its way into a step: read by the environment's parser, or refused with a reason. */
export type Admitted =
  | { readonly recorded: Json; readonly action: unknown; readonly refusal: null }
  | { readonly recorded: Json; readonly action: null; readonly refusal: Refusal }

/** Characters of an over-long action that are recorded. */
const EXCERPT_LENGTH = 1000

/** Reads an action. What is no JSON or too long is refused here; the rest is up to the environment's parser. */
export function admit(environment: Environment, raw: unknown, maxLength: number): Admitted {
  const text = typeof raw === 'string' ? raw : jsonOf(raw)
  if (text === null) return refused(null, { code: 'ACTION_INVALID', problem: NOT_JSON })
  if (text.length > maxLength) {
    const tooLong = `an action has at most ${maxLength} characters, this one has ${text.length}`
    return refused(text.slice(0, EXCERPT_LENGTH), { code: 'ACTION_TOO_LARGE', problem: tooLong })
  }
  const recorded: Json = typeof raw === 'string' ? raw : seal(parseJson(text))
  const action = parsed(environment, recorded)
  if (isPromise(action)) throw lateParser(action)
  if (isProblem(action)) return refused(recorded, { code: 'ACTION_INVALID', problem: action.message })
  return { recorded, action, refusal: null }
}

/** What a parser throws is why it refuses the action, unless it says that the parser itself is unusable. */
function parsed(environment: Environment, recorded: Json): unknown {
  try {
    return environment.parse(recorded)
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'ENV_INVALID') throw thrown
    return problem(messageOf(thrown) || 'the action cannot be read')
  }
}

function lateParser(late: PromiseLike<unknown>): GymError {
  Promise.resolve(late).catch(() => {})
  return new GymError('ENV_INVALID', 'the action parser returned a promise: an action is read at once')
}

const NOT_JSON = 'an action is plain JSON: a string, number, list or object of these'

/** An action that was refused when it was recorded is refused again, whatever became of its text since. */
export const refused = (recorded: Json, refusal: Refusal): Admitted => ({ recorded, action: null, refusal })

/** The JSON text of a value that is JSON through and through, else null. */
function jsonOf(value: unknown): string | null {
  try {
    return isJson(value, 0) ? JSON.stringify(value) : null
  } catch {
    return null
  }
}

const MAX_DEPTH = 100

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > MAX_DEPTH || !isPlain(value)) return false
  return Object.values(value).every((item: unknown) => isJson(item, depth + 1))
}

/** Not so are a Map, which would be read as an empty object, and a Date, which JSON writes as a text. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
