import type { JsonObject } from '../../../core/data/types.ts'
import { isFloat, isList, isNumeric, numberOf, type Value } from './python-number.ts'

/** JSON Schema of one parameter, of the kinds that OpenAI's function calling and MCP share. */
export type ParameterSchema =
  | { readonly type: 'string'; readonly description?: string; readonly enum?: readonly string[] }
  | { readonly type: 'integer' | 'number' | 'boolean'; readonly description?: string }
  | { readonly type: 'array'; readonly description?: string; readonly items: ParameterSchema }
  | ObjectSchema

/** JSON Schema of an object, a type so that it is JSON to the compiler: of all parameters of a tool, or of one that has fields. */
export type ObjectSchema = {
  readonly type: 'object'
  readonly description?: string
  readonly properties: { readonly [name: string]: ParameterSchema }
  readonly required: readonly string[]
  readonly additionalProperties?: boolean
}

/** A parameter that is a string. */
export const text = (description: string): ParameterSchema => ({ type: 'string', description })
/** A parameter that is one of several strings. */
export const oneOf = (description: string, values: readonly string[]): ParameterSchema => ({
  type: 'string',
  description,
  enum: values,
})
/** A parameter that is a whole number. */
export const integer = (description: string): ParameterSchema => ({ type: 'integer', description })
/** A parameter that is a number. */
export const number = (description: string): ParameterSchema => ({ type: 'number', description })
/** A parameter that is an array whose items all have one schema. */
export const listOf = (items: ParameterSchema, description: string): ParameterSchema => ({
  type: 'array',
  description,
  items,
})

/** An object all of whose properties are required, except those named in `optional`. */
export const fields = (
  properties: { readonly [name: string]: ParameterSchema },
  optional: readonly string[] = [],
): ObjectSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
})

/** Schema of a parameter as plain JSON. */
export const schemaJson = (schema: ParameterSchema): JsonObject => schema

/**
 * First reason why arguments do not fit their schema, as a sentence for the agent; null where they fit.
 * @param path name of the value in that sentence: `arguments`, `arguments.flights[0]`
 */
export function misfit(path: string, schema: ParameterSchema, value: Value): string | null {
  if (schema.type === 'object') return objectMisfit(path, schema, value)
  if (schema.type === 'array') {
    if (!isList(value)) return `${path} must be an array, not ${kindOf(value)}`
    return firstOf(value, (item, at) => misfit(`${path}[${at}]`, schema.items, item))
  }
  if (!isOfType(schema.type, value)) return `${path} must be ${article(schema.type)}, not ${kindOf(value)}`
  if (schema.type === 'string' && schema.enum && !schema.enum.includes(String(value)))
    return `${path} must be one of ${schema.enum.join(', ')}`
  return null
}

function objectMisfit(path: string, { properties, required }: ObjectSchema, value: Value): string | null {
  if (!isObject(value)) return `${path} must be an object, not ${kindOf(value)}`
  const names = Object.keys(value)
  const missing = required.find((name) => !Object.hasOwn(value, name))
  if (missing !== undefined) return `${path}.${missing} is missing`
  const stranger = names.find((name) => !Object.hasOwn(properties, name))
  if (stranger !== undefined) {
    const known = Object.keys(properties).join(', ') || 'none'
    return `${path}.${stranger.slice(0, 60)} is not a parameter: there are ${known}`
  }
  return firstOf(names, (name) => {
    const [schema, item] = [properties[name], value[name]]
    return schema === undefined || item === undefined ? null : misfit(`${path}.${name}`, schema, item)
  })
}

function firstOf<T>(items: readonly T[], find: (item: T, at: number) => string | null): string | null {
  for (const [at, item] of items.entries()) {
    const found = find(item, at)
    if (found !== null) return found
  }
  return null
}

function isOfType(type: 'string' | 'integer' | 'number' | 'boolean', value: Value): boolean {
  if (type === 'string') return typeof value === 'string'
  if (type === 'boolean') return typeof value === 'boolean'
  if (!isNumeric(value) || !Number.isFinite(numberOf(value))) return false
  return type === 'number' || !isFloat(value)
}

const isObject = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !isList(value) && !isNumeric(value)

const article = (type: string): string => (type === 'integer' ? 'an integer' : `a ${type}`)

function kindOf(value: Value): string {
  if (value === null) return 'null'
  if (isList(value)) return 'an array'
  if (isNumeric(value)) return isFloat(value) ? `the number ${numberOf(value)}` : 'an integer'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
