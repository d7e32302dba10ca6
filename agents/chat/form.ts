import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import type { AgentContext } from '../../core/rollout/agent.ts'

/**
 * How actions are asked for. `tools`: calls of the tools that the task lists or that arrived later, or a message. `call`: one call of a tool
 * that represents the environment, whose arguments are the action. `text`: the answer is the action.
 */
export type Form =
  | { readonly kind: 'tools'; readonly tools: readonly Json[] }
  | { readonly kind: 'call'; readonly tools: readonly Json[] }
  | { readonly kind: 'text' }

/** Name of the tool whose arguments are an action. */
export const ACT = 'act'

/** The form that an environment's task, tools and action schema lead to; text where nothing is known of them. */
export function formOf(context: Pick<AgentContext, 'setting' | 'tools'>): Form {
  const { setting } = context
  const tools = toolsOf(setting?.task)
  if (tools.length > 0) return { kind: 'tools', tools: [...tools, ...arrived(tools, context.tools ?? [])] }
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

/** A message ends a turn, so that a tool for it is not needed. */
const RESPOND = 'respond'

/** Tools that the environment lists now, and did not when the task began. */
function arrived(known: readonly JsonObject[], listed: readonly ToolDescription[]): readonly Json[] {
  const names = new Set([RESPOND, ...known.map(({ function: called }) => (isObject(called) ? called.name : null))])
  return listed
    .filter(({ name }) => !names.has(name))
    .map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name, description, parameters: inputSchema },
    }))
}

function objectSchemaOf(schema: unknown): JsonObject | null {
  const isOfObjects = typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'object'
  return isOfObjects ? (schema as JsonObject) : null
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
