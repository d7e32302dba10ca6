import { GymError } from '../../../core/data/errors.ts'
import { readEvidence } from '../../../core/data/evidence.ts'
import { parseSeed, type Seed } from '../../../core/data/rng.ts'
import type { Evidence, JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { actionOfCall } from '../../../core/episode/tools.ts'
import type { World } from '../../../core/episode/world.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import type { JoinedGroup, TaskFields } from '../../../core/protocol/index.ts'
import { asLimit, LIMIT } from '../../../core/protocol/parts.ts'
import type { EpisodeRequest } from '../../hosting/request.ts'
import { isWireObject, plainObject, type WireObject, type WireValue } from '../../transport/json.ts'

const MAX_ID_LENGTH = 255
/** It cannot be written as UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u
const STRAGGLER_RULES = ['truncate', 'abort', 'wait'] as const

/** The data of a reset. */
export interface ReadReset {
  readonly start: Omit<EpisodeRequest, 'role'>
  /** Ends the episode before as truncated, for this reason. */
  readonly truncate: string | undefined
  /** Names of fields that have no meaning here, shortened; of many the first. */
  readonly ignored: readonly string[]
}

/**
 * Reads the data of a reset. Fields that it does not know are ignored, as OpenEnv does; null is absent.
 * @throws GymError FRAME_INVALID, SEED_INVALID
 */
export function readReset(data: WireObject): ReadReset {
  const start = trimmed({
    ...taskOf(data),
    seed: seedOf(data),
    episodeId: idOf(data, 'episode_id'),
    maxSteps: wholeOf(data, 'max_steps', 1),
    group: groupOf(data),
    member: wholeOf(data, 'member', 0),
    agentName: idOf(data, 'agent'),
    clientName: 'openenv client',
  })
  return { start, truncate: truncateOf(data), ignored: ignoredOf(data, start.group !== undefined) }
}

const GROUP_TERMS = ['stragglers', 'group_deadline_s', 'group_replacements']
const RESET_FIELDS = new Set([
  ...['task', 'split', 'index', 'seed', 'episode_id', 'max_steps', 'agent', 'truncate'],
  ...['group_id', 'group_size', 'member'],
])
const MAX_IGNORED = 16

/** Terms of a group mean nothing without one. */
const ignoredOf = (data: WireObject, hasGroup: boolean): readonly string[] =>
  Object.keys(data)
    .filter((name) => !(RESET_FIELDS.has(name) || (hasGroup && GROUP_TERMS.includes(name))))
    .slice(0, MAX_IGNORED)
    .map((name) => name.slice(0, 80))

/** The reason that a reset or close gives to end the running episode as truncated. @throws GymError FRAME_INVALID */
export function truncateOf(data: WireObject): string | undefined {
  const value = fieldOf(data, 'truncate')
  if (value === undefined) return undefined
  const reason = asLimit(value)
  if (reason !== undefined) return reason
  throw invalid('truncate', `a reason: ${LIMIT}`)
}

/** A field that is there and not null. */
function fieldOf(data: WireObject, name: string): WireValue | undefined {
  return Object.hasOwn(data, name) ? (data[name] ?? undefined) : undefined
}

function taskOf(data: WireObject): TaskFields {
  const task = textOf(data, 'task')
  const split = textOf(data, 'split')
  const index = wholeOf(data, 'index', 0)
  if (task !== undefined && (split !== undefined || index !== undefined))
    throw invalid('task', 'given alone, or split and index instead')
  if (split === undefined && index !== undefined) throw invalid('index', 'given with split')
  return trimmed({ task, split, index })
}

/** Integers beyond 2^53 come as bigints, exactly. */
function seedOf(data: WireObject): Seed | undefined {
  const seed = fieldOf(data, 'seed')
  return seed === undefined ? undefined : parseSeed(seed)
}

function groupOf(data: WireObject): JoinedGroup | undefined {
  const id = idOf(data, 'group_id')
  const size = wholeOf(data, 'group_size', 1)
  const stragglers = oneOf(data, 'stragglers', STRAGGLER_RULES)
  const seconds = positiveOf(data, 'group_deadline_s')
  const replacements = wholeOf(data, 'group_replacements', 0)
  if (id === undefined && size !== undefined) throw invalid('group_size', 'given with group_id')
  if (id === undefined) return undefined
  const deadlineMs = seconds === undefined ? undefined : Math.ceil(seconds * 1000)
  return trimmed({ id, size, stragglers, deadlineMs, replacements })
}

function textOf(data: WireObject, name: string): string | undefined {
  const value = fieldOf(data, name)
  if (value === undefined) return undefined
  if (typeof value === 'string') return value
  throw invalid(name, 'a text')
}

function idOf(data: WireObject, name: string): string | undefined {
  const value = textOf(data, name)
  if (value === undefined || (value.length > 0 && value.length <= MAX_ID_LENGTH && !LONE_SURROGATE.test(value)))
    return value
  throw invalid(name, `a text of 1 to ${MAX_ID_LENGTH} characters`)
}

function wholeOf(data: WireObject, name: string, least: number): number | undefined {
  const value = fieldOf(data, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw invalid(name, `a whole number from ${least}`)
}

function positiveOf(data: WireObject, name: string): number | undefined {
  const value = fieldOf(data, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw invalid(name, 'a number above 0')
}

function oneOf<T extends string>(data: WireObject, name: string, choices: readonly T[]): T | undefined {
  const value = fieldOf(data, name)
  if (value === undefined) return undefined
  const choice = choices.find((each) => each === value)
  if (choice !== undefined) return choice
  throw invalid(name, choices.join(' or '))
}

const invalid = (name: string, expected: string): GymError =>
  new GymError('FRAME_INVALID', `${name} must be ${expected}`)

/** The data of a step. */
export interface ReadStep {
  /** As the environment's parser is to see it. */
  readonly action: unknown
  readonly evidence: Evidence | undefined
  /** Where the step calls a tool by its name. */
  readonly call: ToolCall | null
}

/**
 * Reads the data of a step. Actions of an environment whose schema is an object are the data itself; any other action
 * stands in its one field `action`; a tool may be called as OpenEnv does. `metadata` belongs to neither: it may carry `evidence`.
 * @throws GymError FRAME_INVALID, EVIDENCE_INVALID
 */
export function readStep(world: World, data: WireObject): ReadStep {
  const { environment } = world
  const { metadata = {}, ...fields } = data
  if (!isWireObject(metadata)) throw new GymError('FRAME_INVALID', 'metadata must be an object')
  const { evidence = null } = metadata
  const call = toolCallOf(environment, fields)
  return {
    action: call ? actionOfCall(world, call.name, call.args) : stepActionOf(environment.actionSchema, fields),
    evidence: evidence === null ? undefined : readEvidence(evidence),
    call,
  }
}

function stepActionOf(actionSchema: unknown, fields: WireObject): WireValue {
  if (kindOf(actionSchema) === 'fields') return fields
  const { action, ...others } = fields
  if (action !== undefined && Object.keys(others).length === 0) return action
  if (kindOf(actionSchema) === 'unknown' && action === undefined) return fields
  const what = action === undefined ? 'the field action is missing' : `no use for ${Object.keys(others).join(', ')}`
  throw new GymError('FRAME_INVALID', `a step of this environment is {"action": ...}: ${what.slice(0, 200)}`)
}

/** Whether actions are objects, something else, or whatever the environment's parser likes. */
export function kindOf(actionSchema: unknown): 'fields' | 'value' | 'unknown' {
  const { type } = (typeof actionSchema === 'object' && actionSchema !== null ? actionSchema : {}) as Typed
  if (type === 'object') return 'fields'
  return typeof type === 'string' ? 'value' : 'unknown'
}

interface Typed {
  readonly type?: unknown
}

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
  return plainObject(args, 'an argument')
}
