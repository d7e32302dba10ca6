import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import type { AgentContext } from '../../core/rollout/agent.ts'

/**
 * How actions are asked for. `tools`: calls of the tools of the present turn, or a message. `call`: one call of a tool that
 * represents the environment, whose arguments are the action. `text`: the answer is the action.
 */
export type Form =
  | { readonly kind: 'tools'; readonly tools: readonly Json[] }
  | { readonly kind: 'call'; readonly tools: readonly Json[] }
  | { readonly kind: 'text' }

/** Name of the tool whose arguments are an action. */
export const ACT = 'act'

/** The form that an environment's task, tools and action schema lead to; text where nothing is known of them. */
export async function formOf({ setting, listTools }: Pick<AgentContext, 'setting' | 'listTools'>): Promise<Form> {
  const ofTask = toolsOf(setting?.task)
  const takesCalls = ofTask.length > 0 || alternativesOf(setting?.actionSchema).some(takesToolCalls)
  const listed = takesCalls ? ((await listTools?.()) ?? null) : null
  const tools = listed === null ? ofTask : presentTools(ofTask, listed)
  if (tools.length > 0) return { kind: 'tools', tools }
  const schema = objectSchemaOf(setting?.actionSchema)
  if (schema === null) return { kind: 'text' }
  const description = 'Takes one action in the environment.'
  return { kind: 'call', tools: [{ type: 'function', function: { name: ACT, description, parameters: schema } }] }
}

/** OpenAI function schemas in the public part of a task. */
function toolsOf(task: Json | undefined): readonly JsonObject[] {
  if (!isObject(task) || !Array.isArray(task.tools)) return []
  return task.tools
    .filter((tool: Json): tool is JsonObject => isObject(tool))
    .filter((tool) => isObject(tool.function) && tool.type === 'function')
}

/** The schema itself and, of one that has alternatives, those. */
function alternativesOf(schema: unknown): readonly unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  const given: readonly unknown[] = 'oneOf' in schema && Array.isArray(schema.oneOf) ? schema.oneOf : []
  return [schema, ...given]
}

/** Whether an action may be calls as OpenAI writes them. */
const takesToolCalls = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  'properties' in schema &&
  typeof schema.properties === 'object' &&
  schema.properties !== null &&
  Object.hasOwn(schema.properties, 'tool_calls')

/** A message is written as such, so that a tool for it is not needed. */
const RESPOND = 'respond'

/** Tools of the present turn: those of the task, as it describes them, then others; none that is gone. */
function presentTools(ofTask: readonly JsonObject[], listed: readonly ToolDescription[]): readonly JsonObject[] {
  const names = new Set<Json>(listed.map(({ name }) => name))
  const known = new Map(ofTask.map((tool) => [nameOf(tool), tool]))
  const arrived = listed.filter(({ name }) => name !== RESPOND && !known.has(name))
  return [...[...known].filter(([name]) => names.has(name)).map(([, tool]) => tool), ...arrived.map(functionOf)]
}

const nameOf = ({ function: called }: JsonObject): Json => (isObject(called) ? (called.name ?? null) : null)

const functionOf = ({ name, description, inputSchema }: ToolDescription): JsonObject => ({
  type: 'function',
  function: { name, description, parameters: inputSchema },
})

function objectSchemaOf(schema: unknown): JsonObject | null {
  const isOfObjects = typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'object'
  return isOfObjects ? (schema as JsonObject) : null
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
