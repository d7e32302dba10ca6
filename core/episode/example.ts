import type { Json } from '../data/types.ts'
import { isProblem } from './action.ts'
import type { Environment } from './environment.ts'

/**
 * An action to show to who begins: the first of the environment's examples, else one made of its action schema that its
 * parser can read. Null where there is neither, and where the environment lists the actions of each state instead.
 */
export function exampleAction({ examples, actions, actionSchema, parse }: Environment): Json | null {
  const [given] = examples ?? []
  if (given !== undefined) return given
  // Which actions there are depends on the state.
  if (actions) return null
  const made = exampleOfSchema(actionSchema)
  return made !== undefined && isReadable(parse, made) ? made : null
}

function isReadable(parse: Environment['parse'], action: Json): boolean {
  try {
    return !isProblem(parse(action))
  } catch {
    return false
  }
}

/** Levels of a schema that are followed: a schema may contain itself. */
const MOST_LEVELS = 16

/** The smallest value that a JSON Schema asks for; undefined where it cannot be made of the keywords read here. */
export function exampleOfSchema(schema: unknown, level = 0): Json | undefined {
  if (typeof schema !== 'object' || schema === null || level > MOST_LEVELS) return undefined
  const { const: only, default: standard, examples, enum: choices, anyOf, oneOf } = schema as Keywords
  const [given] = [only, standard, ...listOf(examples), ...listOf(choices)].filter((each) => each !== undefined)
  if (given !== undefined) return given as Json
  for (const branch of [...listOf(anyOf), ...listOf(oneOf)]) {
    const made = exampleOfSchema(branch, level + 1)
    if (made !== undefined) return made
  }
  return exampleOfType(schema, level)
}

/** Keywords of JSON Schema 2020-12; a schema comes from user code, so that their values may be anything. */
type Keywords = Readonly<Partial<Record<(typeof KEYWORDS)[number], unknown>>>
const KEYWORDS = [
  ...(['const', 'default', 'examples', 'enum', 'anyOf', 'oneOf', 'type', 'properties', 'required'] as const),
  ...(['items', 'minItems', 'minLength', 'minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'] as const),
] as const

function exampleOfType(schema: Keywords, level: number): Json | undefined {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return objectOf(schema, level)
    case 'array':
      return arrayOf(schema, level)
    case 'string':
      return 'text'.padEnd(Math.min(numberOf(schema.minLength, 0), 100), '.')
    case 'integer':
    case 'number':
      return numberIn(schema)
    case 'boolean':
      return true
    default:
      return type === 'null' ? null : undefined
  }
}

function objectOf({ properties, required }: Keywords, level: number): Json | undefined {
  const known = (typeof properties === 'object' && properties !== null ? properties : {}) as Record<string, unknown>
  const made = listOf(required).map((name) => [String(name), exampleOfSchema(known[String(name)], level + 1)] as const)
  return made.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(made) as Json)
}

function arrayOf({ items, minItems }: Keywords, level: number): Json | undefined {
  const length = Math.min(numberOf(minItems, 0), 100)
  const item = length === 0 ? null : exampleOfSchema(items, level + 1)
  return item === undefined ? undefined : Array.from({ length }, () => item)
}

function numberIn({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Keywords): number {
  const least = Math.max(numberOf(minimum, -Infinity), Math.floor(numberOf(exclusiveMinimum, -Infinity)) + 1)
  const most = Math.min(numberOf(maximum, Infinity), Math.ceil(numberOf(exclusiveMaximum, Infinity)) - 1)
  return Math.ceil(Math.min(Math.max(1, least), most)) + 0
}

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
