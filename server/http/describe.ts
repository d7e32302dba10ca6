import type { Json, JsonObject, Task } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import { kindOf } from '../protocols/openenv/request.ts'

/** `/metadata`, in OpenEnv's fields. */
export function metadataOf({ environment }: World, name: string): JsonObject {
  const [, version = null] = environment.id.split('@')
  const unknown = { readme_content: null, author: null, documentation_url: null }
  return { name, description: environment.summary ?? environment.id, version, ...unknown }
}

/**
 * `/schema`, in OpenEnv's fields. By the title `CallToolAction` clients know that there are tools to list; no title is
 * `Action`, which they take for the same.
 */
export function schemasOf({ environment }: World, name: string): JsonObject {
  const prefix = name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())
  return {
    action: environment.tools ? CALL_TOOL : actionSchemaOf(environment.actionSchema, `${prefix}Action`),
    observation: {
      title: `${prefix}Observation`,
      type: 'object',
      properties: { text: { type: 'string', description: 'what the agent reads' } },
      required: ['text'],
    },
    state: {
      title: `${prefix}State`,
      type: 'object',
      properties: { episode_id: { type: ['string', 'null'] }, step_count: { type: 'integer', minimum: 0 } },
      required: ['episode_id', 'step_count'],
      additionalProperties: true,
    },
  }
}

const METADATA: JsonObject = {
  type: 'object',
  description: 'not part of the action; `evidence` says how it was sampled',
  default: {},
}

/** OpenEnv's `CallToolAction`. */
const CALL_TOOL: JsonObject = {
  title: 'CallToolAction',
  description: 'Calls a tool. {"type": "list_tools"} lists them; the action of the environment itself is taken too.',
  type: 'object',
  properties: {
    metadata: METADATA,
    type: { type: 'string', const: 'call_tool', default: 'call_tool' },
    tool_name: { type: 'string', description: 'name of the tool' },
    arguments: { type: 'object', description: 'arguments of the tool', default: {}, additionalProperties: true },
  },
  required: ['tool_name'],
  additionalProperties: false,
}

function actionSchemaOf(schema: unknown, title: string): JsonObject {
  // A JSON Schema is JSON: `environment.actionSchema` is only typed more loosely.
  const own = (schema ?? {}) as JsonObject
  if (kindOf(schema) === 'fields')
    return { title, ...own, properties: { ...objectOf(own.properties), metadata: METADATA } }
  const properties = { action: own, metadata: METADATA }
  return { title, type: 'object', properties, required: ['action'], additionalProperties: false }
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

/** What anyone may know of a task. */
export const publicPart = ({ id, split, public: open }: Task): JsonObject => ({ id, split, public: open })

/** A page of `/tasks`. @throws GymError TASK_UNKNOWN */
export function taskPage({ tasks }: World, split: string, offset: number, limit: number): JsonObject {
  const total = tasks.size(split)
  const length = Math.max(0, Math.min(limit, total - offset))
  const listed = Array.from({ length }, (_, index) => publicPart(tasks.at(split, offset + index)))
  return { split, splits: tasks.splits, total, offset, tasks: listed }
}
