import type { Json, JsonObject } from '../../../core/data/types.ts'
import { assigned, splitPairs } from '../../config/readers.ts'
import { cut } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'

/** A tool that the public part of a task describes, as OpenAI's function calling does. */
interface ShownTool {
  readonly name: string
  readonly description: string
  readonly parameters: readonly string[]
}

/** What the public part of a task says, texts as they are and tools a line each. */
export function briefLines(brief: Json, width: number, paint: Painter): readonly string[] {
  if (!isObject(brief)) return brief === null ? [] : ['', `task: ${textOf(brief)}`]
  const tools = toolsOf(brief)
  const others = Object.entries(brief).filter(([name]) => name !== 'tools' || tools.length === 0)
  return [
    ...others.flatMap(([name, value]) => ['', paint('bold', name), textOf(value)]),
    ...(tools.length > 0 ? ['', paint('bold', `tools, called as ${exampleOf(tools)}`)] : []),
    ...tools.map((tool) => cut(`  ${signatureOf(tool)}  ${tool.description}`, width)),
  ]
}

/** `name(key=value,key=value)` as a call of a tool of the task; null for anything else. */
export function toolCallOf(action: Json, brief: Json): Json | null {
  const [, name = '', pairs = ''] = (typeof action === 'string' ? /^\s*([\w-]+)\((.*)\)\s*$/s.exec(action) : null) ?? []
  if (!isObject(brief) || !toolsOf(brief).some((tool) => tool.name === name)) return null
  const args = pairs.trim() === '' ? {} : assigned(splitPairs(pairs.trim()))
  return args === undefined ? null : { name, arguments: args }
}

function toolsOf({ tools }: JsonObject): readonly ShownTool[] {
  if (!Array.isArray(tools)) return []
  return tools.flatMap((tool: Json) => {
    const { name, description = '', parameters = {} } = isObject(tool) && isObject(tool.function) ? tool.function : {}
    if (typeof name !== 'string' || !isObject(parameters)) return []
    const { properties = {} } = parameters
    return [{ name, description: String(description), parameters: isObject(properties) ? Object.keys(properties) : [] }]
  })
}

const signatureOf = ({ name, parameters }: ShownTool): string => `${name}(${parameters.join(', ')})`

function exampleOf(tools: readonly ShownTool[]): string {
  const { name, parameters } = tools.find((tool) => tool.parameters.length > 0) ?? { name: 'name', parameters: ['key'] }
  return `${name}(${parameters.map((parameter) => `${parameter}=...`).join(',')})`
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
