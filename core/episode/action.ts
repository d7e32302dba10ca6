import { GymError } from '../data/errors.ts'
import { isPromise } from '../data/maybe-promise.ts'
import type { Json, JsonObject } from '../data/types.ts'
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

/** An action that is a line of text: what is no string is refused before `parse` sees it. */
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
 * @throws GymError ENV_INVALID for what is no parser.
 */
export function parserOf<Action>(parser: ActionParser<Action>): (raw: Json) => Action | Problem {
  if (isStandardSchema(parser)) return (raw) => validate(parser, raw)
  if (typeof parser === 'function') return parser
  if (typeof parser?.parse === 'function') return (raw) => parser.parse(raw)
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
    'the action schema validates asynchronously, but an action is read at once: check what must wait in `step`',
  )
}

/** JSON Schema of the action; null where the parser does not know it. */
export function schemaOf(parser: ActionParser<unknown>): unknown {
  if (isStandardSchema(parser)) return jsonSchemaOf(parser)
  return typeof parser === 'function' ? null : (parser.jsonSchema ?? null)
}

const kindOf = (raw: Json): string => (raw === null ? 'null' : Array.isArray(raw) ? 'an array' : `a ${typeof raw}`)
