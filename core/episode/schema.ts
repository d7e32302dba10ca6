import { parseJson } from '../data/json.ts'

export interface StandardIssue {
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

/** What a schema that can be called (arktype's) returns for what it refuses. */
export type SchemaErrors = readonly StandardIssue[] & { readonly issues: readonly StandardIssue[] }

/** Whether this is a Standard Schema, among other things: zod's have a `parse` that throws, arktype's are functions. */
export function isStandardSchema(parser: unknown): parser is StandardSchema<unknown> {
  if ((typeof parser !== 'object' && typeof parser !== 'function') || parser === null) return false
  const standard: unknown = Reflect.get(parser, '~standard')
  return typeof standard === 'object' && standard !== null && typeof Reflect.get(standard, 'validate') === 'function'
}

/** The JSON Schema of what the schema takes; null where it has none, or says that JSON Schema cannot express it. */
export function jsonSchemaOf(schema: StandardSchema<unknown>): unknown {
  try {
    const described: unknown = schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
    return described === undefined ? null : parseJson(JSON.stringify(described))
  } catch {
    return null
  }
}

/** Issues and characters that are described: a long list of mistakes is not sent back in full. */
const MOST_ISSUES = 5
const MOST_CHARACTERS = 1000

/** Why a schema refuses an action, for the agent. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  const described = issues.slice(0, MOST_ISSUES).map(describeIssue)
  const rest = issues.length - described.length
  const text = [...described, ...(rest > 0 ? [`${rest} more`] : [])].join('; ') || 'the action does not fit its schema'
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} ...` : text
}

/** The message, after the path that it is about unless it begins with it. */
function describeIssue({ message, path = [] }: StandardIssue): string {
  // Not `path.map`: a library's own kind of list may make another of it, as arktype's does of an empty path.
  const where = Array.from(path, (part) => String(typeof part === 'object' ? part.key : part)).join('.')
  const text = message || 'invalid'
  return where === '' || text.startsWith(where) ? text : `${where}: ${text}`
}
