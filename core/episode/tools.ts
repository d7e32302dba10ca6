import { plainCopy } from '../data/plain.ts'
import type { Json, JsonObject } from '../data/types.ts'
import { asked } from '../data/user-code.ts'
import type { Environment } from './environment.ts'
import type { Episode } from './episode.ts'
import type { ToolDescription } from './tool-interface.ts'
import type { World } from './world.ts'

const TOOLS = { name: 'list of tools', code: 'ENV_INVALID', hasMinusZero: true } as const

/** The only tool of an environment that names none. */
export const ACT = 'act'

/**
 * Tools of an episode; null if they are known only after an episode has started. An environment without tools of its
 * own has `act`, which takes the action itself, or as the argument `action` where actions are not objects.
 * @throws GymError ENV_FAILED, ENV_INVALID
 */
export function toolsOf(world: World, episode: Episode | null): readonly ToolDescription[] | null {
  const { environment } = world
  const { tools } = environment
  if (!tools) return [actTool(environment)]
  return asked('tools', () => plainCopy(tools.list(episode?.state ?? null, world), TOOLS))
}

/** Tools of a running episode, null where its environment names none of its own. @throws GymError ENV_FAILED, ENV_INVALID */
export const ownToolsOf = (episode: Episode): readonly ToolDescription[] | null =>
  episode.world.environment.tools ? toolsOf(episode.world, episode) : null

/** The action that a call of a tool represents, as its author made it: a step reads it as any other. @throws GymError ENV_FAILED */
export function actionOfCall({ environment }: World, name: string, args: JsonObject): Json {
  const { tools } = environment
  if (tools) return asked('tools', () => tools.action(name, args))
  return takesObjects(environment) ? args : (args.action ?? null)
}

/** What the last call of an episode answered. @throws GymError ENV_FAILED */
export function resultOfCall(episode: Episode): string {
  const { tools } = episode.world.environment
  return tools?.result ? asked('tools', () => `${tools.result?.(episode.state, episode.world)}`) : episode.text()
}

/** What an agent has to know before its first call. @throws GymError ENV_FAILED */
export function instructionsOf(episode: Episode): string {
  const { environment } = episode.world
  const { tools, summary } = environment
  if (tools?.instructions) return asked('tools', () => `${tools.instructions?.(episode.state, episode.world)}`)
  return [...(summary === undefined ? [] : [summary]), episode.text()].join('\n\n')
}

function actTool(environment: Environment): ToolDescription {
  const schema = schemaOf(environment)
  const inputSchema = takesObjects(environment)
    ? schema
    : { type: 'object', properties: { action: schema }, required: ['action'], additionalProperties: false }
  return { name: ACT, description: `Takes one action. ${environment.summary ?? environment.id}`, inputSchema }
}

const takesObjects = (environment: Environment): boolean => schemaOf(environment).type === 'object'

function schemaOf({ actionSchema }: Environment): JsonObject {
  const isObject = typeof actionSchema === 'object' && actionSchema !== null && !Array.isArray(actionSchema)
  // A JSON Schema is JSON: `actionSchema` is only typed more loosely.
  return isObject ? (actionSchema as JsonObject) : {}
}
