import type { Json, JsonObject } from '../../../core/data/types.ts'

/** A function as BFCL's documents describe it: JSON Schema with Python's names of types. */
export interface FunctionDocument {
  readonly name: string
  readonly description: string
  readonly parameters: JsonObject
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['dict', 'object'],
  ['float', 'number'],
  ['tuple', 'array'],
  ['any', 'string'],
])

/** Parameters with JSON Schema's names of types in place of Python's. */
export function parametersJson(schema: JsonObject): JsonObject {
  const fields = Object.entries(schema).map(([name, value]) => [name, fieldJson(name, value)] as const)
  return Object.fromEntries(fields)
}

function fieldJson(name: string, value: Json): Json {
  if (name === 'type' && typeof value === 'string') return TYPES.get(value) ?? value
  if (name === 'items' && isObject(value)) return parametersJson(value)
  if (name !== 'properties' || !isObject(value)) return value
  const properties = Object.entries(value).map(
    ([key, each]) => [key, isObject(each) ? parametersJson(each) : each] as const,
  )
  return Object.fromEntries(properties)
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
