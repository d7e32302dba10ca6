import { GymError } from '../data/errors.ts'
import type { Json, JsonObject } from '../data/types.ts'

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

interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}
type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** The shape that zod 4, valibot and arktype share (standardschema.dev); the kernel needs none of them. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    readonly jsonSchema?: { input(options: { readonly target: 'draft-2020-12' }): Record<string, unknown> }
  }
}

/** A parser that brings its own JSON Schema. */
export interface DescribedParser<Action> {
  parse(raw: Json): Action | Problem
  readonly jsonSchema: JsonObject
}

export type ActionParser<Action> = ((raw: Json) => Action | Problem) | DescribedParser<Action> | StandardSchema<Action>

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

export function parserOf<Action>(parser: ActionParser<Action>): (raw: Json) => Action | Problem {
  if (typeof parser === 'function') return parser
  return 'parse' in parser ? (raw) => parser.parse(raw) : (raw) => validate(parser, raw)
}

/** JSON Schema of the action; null where the parser does not know it. */
export function schemaOf(parser: ActionParser<unknown>): unknown {
  if (typeof parser === 'function') return null
  if ('parse' in parser) return parser.jsonSchema
  return parser['~standard'].jsonSchema?.input({ target: 'draft-2020-12' }) ?? null
}

function validate<Action>(schema: StandardSchema<Action>, raw: Json): Action | Problem {
  const result = schema['~standard'].validate(raw)
  if (result instanceof Promise) throw new GymError('ENV_INVALID', 'an action schema must validate synchronously')
  return result.issues ? problem(result.issues.map(describeIssue).join('; ')) : result.value
}

function describeIssue({ message, path = [] }: StandardIssue): string {
  const where = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return where ? `${where}: ${message}` : message
}

const kindOf = (raw: Json): string => (raw === null ? 'null' : Array.isArray(raw) ? 'an array' : `a ${typeof raw}`)
