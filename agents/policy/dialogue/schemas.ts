import type { Json, JsonObject } from '../../../core/data/types.ts'
import { wordsOf } from '../page.ts'
import { patternOf } from './pattern.ts'

/** Parameter of a tool, as far as values can be found for it. */
export interface Parameter {
  readonly name: string
  /** Words of its name in the singular, without `id`, which says nothing about whose it is. */
  readonly words: readonly string[]
  readonly type: 'string' | 'integer' | 'number' | 'boolean'
  /** Whether it takes a list of such values. */
  readonly isList: boolean
  /** Its values, where the schema lists them. */
  readonly values: readonly Json[] | null
  /** Form of its values by the example in its description; null without an example. */
  readonly pattern: RegExp | null
}

/** Tool as its schema describes it. */
export interface ToolSchema {
  readonly name: string
  /** Those that a call must have; null where one of them has no simple type, so that no call can be made. */
  readonly parameters: readonly Parameter[] | null
}

const known = new WeakMap<object, readonly ToolSchema[]>()

/** Tools in the public part of a task: its field `tools`, as OpenAI's function schemas; none where it has no such field. */
export function toolsOf(task: Json): readonly ToolSchema[] {
  const tools = isRecord(task) && Array.isArray(task.tools) ? task.tools : []
  const before = known.get(tools)
  if (before) return before
  const read = tools.flatMap((tool: Json) => toolOf(isRecord(tool) ? (tool.function ?? null) : null))
  known.set(tools, read)
  return read
}

function toolOf(schema: Json): readonly ToolSchema[] {
  if (!isRecord(schema) || typeof schema.name !== 'string') return []
  const { properties = {}, required = [] } = isRecord(schema.parameters ?? null)
    ? (schema.parameters as JsonObject)
    : {}
  if (!isRecord(properties) || !Array.isArray(required)) return []
  const parameters = required.map((name) =>
    typeof name === 'string' && Object.hasOwn(properties, name) ? parameterOf(name, properties[name] ?? null) : null,
  )
  const usable = parameters.filter((each) => each !== null)
  return [{ name: schema.name, parameters: usable.length === parameters.length ? usable : null }]
}

/** Null for a schema without a simple type. */
function parameterOf(name: string, schema: Json): Parameter | null {
  if (!isRecord(schema)) return null
  const isList = schema.type === 'array'
  const item = isList ? (schema.items ?? null) : schema
  if (!isRecord(item) || !isSimple(item.type)) return null
  const description = typeof item.description === 'string' ? item.description : ''
  return {
    ...{ name, isList, type: item.type, words: fieldWords(name) },
    values: Array.isArray(item.enum) ? item.enum : null,
    pattern: item.type === 'string' ? patternOf(description) : null,
  }
}

const isSimple = (type: Json | undefined): type is Parameter['type'] =>
  type === 'string' || type === 'integer' || type === 'number' || type === 'boolean'

/** Words of a name such as `new_item_ids`: `new`, `item`. */
export const fieldWords = (name: string): readonly string[] =>
  wordsOf(name.toLowerCase().replaceAll('_', ' '))
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word !== 'id')

export const isRecord = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
