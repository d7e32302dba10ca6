import { GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'

/** A call of a tool by its name. */
export interface ToolCall {
  readonly name: string
  readonly args: JsonObject
}

/** Whether a step asks for the tools, as OpenEnv's `ListToolsAction` does: that is not a step of an episode. */
export const asksForTools = ({ tools }: Environment, { type }: WireObject): boolean =>
  tools !== undefined && type === 'list_tools'

/**
 * The call of a step in the form of OpenEnv's `CallToolAction`, whose `type` may be left out; null for other steps, and
 * in an environment without tools of its own.
 * @throws GymError FRAME_INVALID
 */
export function toolCallOf({ tools }: Environment, fields: WireObject): ToolCall | null {
  const { type = 'call_tool', tool_name: name } = fields
  if (!tools || type !== 'call_tool' || (name === undefined && fields.type === undefined)) return null
  return readCall(name, fields.arguments, 'tool_name')
}

/**
 * Reads a name and its arguments, which may be left out.
 * @param field of the name, for the message
 * @throws GymError FRAME_INVALID
 */
export function readCall(name: WireValue | undefined, args: WireValue | undefined, field: string): ToolCall {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME)
    throw new GymError('FRAME_INVALID', `${field} must be the name of a tool: 1 to ${MAX_NAME} characters`)
  return { name, args: argumentsOf(args ?? {}) }
}

const MAX_NAME = 200

function argumentsOf(args: WireValue): JsonObject {
  if (!isWireObject(args)) throw new GymError('FRAME_INVALID', 'arguments are to be an object')
  return objectOf(args)
}

const objectOf = (object: WireObject): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, jsonOf(value)]))

/** @throws GymError FRAME_INVALID for numbers that JSON has not, or that lose digits */
function jsonOf(value: WireValue): Json {
  if (typeof value === 'bigint') throw new GymError('FRAME_INVALID', 'an argument is an integer beyond 2^53 - 1')
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new GymError('FRAME_INVALID', `an argument is ${value}, which is not JSON`)
  if (typeof value !== 'object' || value === null) return value
  return isWireObject(value) ? objectOf(value) : value.map(jsonOf)
}

/** A tool in OpenEnv's fields. */
export const listedTool = ({ name, description, inputSchema }: ToolDescription): JsonObject => ({
  name,
  description,
  input_schema: inputSchema,
})

/** What went wrong with a call, in OpenEnv's terms. */
export interface CallError {
  readonly error_type: 'tool_not_found' | 'invalid_args'
  readonly message: string
}

/**
 * Why a call did nothing: there is no such tool, or the action could not be read. What a tool answers of its own
 * failure is its result.
 */
export function callErrorOf(
  tools: readonly ToolDescription[] | null,
  { name }: ToolCall,
  isRefused: boolean,
  text: string,
): CallError | null {
  if (tools && !tools.some((tool) => tool.name === name)) return { error_type: 'tool_not_found', message: text }
  return isRefused ? { error_type: 'invalid_args', message: text } : null
}
