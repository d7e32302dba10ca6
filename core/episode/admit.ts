import { plainCopy } from '../data/copy.ts'
import { GymError, messageOf } from '../data/errors.ts'
import { parseOwnJson } from '../data/json.ts'
import { adopted, isPromise } from '../data/maybe-promise.ts'
import { cut } from '../data/shown.ts'
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
  const copy = copyOf(raw)
  if (copy instanceof GymError)
    return refused(null, { code: 'ACTION_INVALID', problem: `an action is plain JSON: ${copy.message}` })
  const text = typeof copy === 'string' ? copy : JSON.stringify(copy)
  if (text.length > maxLength) {
    const tooLong = `an action has at most ${maxLength} characters, this one has ${text.length}`
    return refused(excerptOf(text), { code: 'ACTION_TOO_LARGE', problem: tooLong })
  }
  const action = parsed(environment, copy)
  if (isPromise(action)) throw lateParser(action)
  if (isProblem(action)) return refused(copy, { code: 'ACTION_INVALID', problem: cut(action.message, LONGEST_PROBLEM) })
  return { recorded: copy, action, refusal: null }
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

/** Characters of what a parser says is wrong. */
const LONGEST_PROBLEM = 2000

function lateParser(late: PromiseLike<unknown>): GymError {
  adopted(late).catch(() => {})
  return new GymError('ENV_INVALID', 'the action parser returned a promise: an action is read at once')
}

/** An action that was refused when it was recorded is refused again, even if it could be read now. */
export const refused = (recorded: Json, refusal: Refusal): Admitted => ({
  recorded,
  action: null,
  refusal: Object.freeze(refusal),
})

const ACTION = { name: 'action', code: 'ACTION_INVALID', hasMinusZero: true } as const

/** A frozen copy of what an agent sent, or why it cannot be had. */
function copyOf(raw: unknown): Json | GymError {
  try {
    // What has been checked to be plain JSON is it.
    return plainCopy(raw, ACTION) as Json
  } catch (thrown) {
    return thrown instanceof GymError ? thrown : new GymError('ACTION_INVALID', 'it cannot be read')
  }
}

/** The beginning of a text, in memory of its own: a slice would hold on to the whole text. */
const excerptOf = (text: string): string => parseOwnJson<string>(JSON.stringify(text.slice(0, EXCERPT_LENGTH)))
