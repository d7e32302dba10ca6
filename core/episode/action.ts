import { GymError, messageOf } from '../data/errors.ts'
import { parseOwnJson } from '../data/json.ts'
import { adopted, isPromise } from '../data/maybe-promise.ts'
import { plainCopy } from '../data/plain.ts'
import { cut } from '../data/shown.ts'
import type { Json, JsonObject, Refusal } from '../data/types.ts'
import { describeIssues, isStandardSchema, jsonSchemaOf, type SchemaErrors, type StandardSchema } from './schema.ts'

export type { StandardSchema } from './schema.ts'

/** Shared by all copies of this module: an environment may come with its own. */
const PROBLEM: unique symbol = Symbol.for('stepgym.problem')

/** What a parser returns for an action it cannot read: a value, not an exception. */
export interface Problem {
  readonly [PROBLEM]: true
  readonly message: string
}

/** Says why an action cannot be read. The agent sees the message: name what is expected. */
export const problem = (message: string): Problem => ({ [PROBLEM]: true, message: String(message) })

export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && PROBLEM in value

/** A parser that brings its own JSON Schema. */
export interface DescribedParser<Action> {
  parse(raw: Json): Action | Problem
  readonly jsonSchema: JsonObject
}

/** Reader of raw actions: a function, or a Standard Schema. */
export type ActionParser<Action> = ((raw: Json) => Action | Problem) | DescribedParser<Action> | StandardSchema<Action>

/** What `step` gets of a parser that may be a schema and a function in one. */
export type ActionOf<Action> = Exclude<Action, SchemaErrors>

/** An action that is a line of text: anything that is not a string is refused before `parse` sees it. */
export function textAction<Action>(
  parse: (text: string) => Action | Problem,
  description = 'an action as text',
): DescribedParser<Action> {
  return {
    parse: (raw) => (typeof raw === 'string' ? parse(raw) : problem(`an action is a string, not ${kindOf(raw)}`)),
    jsonSchema: { type: 'string', description },
  }
}

/**
 * Reads actions by the parser. Standard Schemas come first, for they may be functions or have a `parse` of their own.
 * @throws GymError ENV_INVALID for anything that is not a parser.
 */
export function parserOf<Action>(parser: ActionParser<Action>): (raw: Json) => Action | Problem {
  if (isStandardSchema(parser)) return (raw) => validate(parser, raw)
  if (typeof parser === 'function') return parser
  if (typeof parser?.parse === 'function') return parser.parse.bind(parser)
  throw new GymError(
    'ENV_INVALID',
    '`action` is a function, { parse, jsonSchema } or a Standard Schema (of zod, valibot or arktype)',
  )
}

/** @throws GymError ENV_INVALID where the schema validates asynchronously. */
function validate<Action>(schema: StandardSchema<Action>, raw: Json): Action | Problem {
  const result = schema['~standard'].validate(raw)
  if (!isPromise(result)) return result.issues ? problem(describeIssues(result.issues)) : result.value
  Promise.resolve(result).catch(() => {})
  throw new GymError(
    'ENV_INVALID',
    'the action schema validates asynchronously, but actions are read synchronously: do asynchronous checks in `step`',
  )
}

/** JSON Schema of the action; null where the parser does not know it. */
export function schemaOf(parser: ActionParser<unknown>): unknown {
  if (isStandardSchema(parser)) return jsonSchemaOf(parser)
  return typeof parser === 'function' ? null : (parser.jsonSchema ?? null)
}

const kindOf = (raw: Json): string => (raw === null ? 'null' : Array.isArray(raw) ? 'an array' : `a ${typeof raw}`)

/** An action on its way into a step: read by the environment's parser, or refused with a reason. */
export type Admitted =
  | { readonly recorded: Json; readonly action: unknown; readonly refusal: null }
  | { readonly recorded: Json; readonly action: null; readonly refusal: Refusal }

/** What reads the actions of an environment. */
interface ActionReader {
  parse(raw: Json): unknown
}

/** Characters of an over-long action that are recorded. */
const EXCERPT_LENGTH = 1000

/** Reads an action. Anything that is not JSON or too long is refused here; the rest is up to the environment's parser. */
export function admit(environment: ActionReader, raw: unknown, maxLength: number): Admitted {
  const copy = typeof raw === 'string' ? raw : copyOf(raw)
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
function parsed(environment: ActionReader, recorded: Json): unknown {
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
  return new GymError('ENV_INVALID', 'the action parser returned a promise: actions are read synchronously')
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
