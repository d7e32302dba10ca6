import type { IncomingMessage } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import type { Host } from '../hosting/host.ts'
import { publicTask, taskPage, visibleSplit } from '../hosting/request.ts'
import { turns } from '../hosting/turns.ts'
import { kindOf } from '../protocols/openenv/request.ts'
import { expectRole, type Role } from '../roles.ts'
import type { WireObject, WireValue } from '../transport/json.ts'
import type { HttpClient, HttpEpisodes } from './episodes.ts'

/** What a route of one environment gets. */
export interface Call extends HttpClient {
  readonly role: Role
  readonly query: URLSearchParams
  readonly body: WireObject
  readonly episodes: HttpEpisodes
}

/** @returns The body of the answer, as JSON. @throws GymError */
export type Route = (call: Call) => MaybePromise<string>

const json = (value: unknown): string => JSON.stringify(value)

/** By method and last segment of the address; all of them stand below `/{env}`, and at the top for the default one. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET health', () => '{"status":"healthy"}'],
  ['GET metadata', ({ environmentHost }) => json(metadataOf(environmentHost.world, environmentHost.name))],
  ['GET schema', ({ environmentHost }) => json(schemasOf(environmentHost.world, environmentHost.name))],
  [
    'GET state',
    (call) => {
      expectRole(call.role, PLAYERS, 'the state of an episode')
      return call.episodes.state(call, call.query.get('episode_id'))
    },
  ],
  ['POST reset', (call) => call.episodes.reset(call, call.body)],
  [
    'POST step',
    (call) => {
      expectRole(call.role, PLAYERS, 'a step')
      return call.episodes.step(call, call.body)
    },
  ],
  [
    'POST close',
    (call) => {
      expectRole(call.role, PLAYERS, 'the end of an episode')
      return call.episodes.close(call, call.body)
    },
  ],
  [
    'GET tasks',
    ({ environmentHost, identity, role, query }) => {
      const split = splitOf(environmentHost, role, query.get('split'))
      const { tasks } = environmentHost.world
      const limit = Math.min(wholeOf(query.get('limit') ?? '100', 'limit'), environmentHost.limits.taskPage)
      const offset = wholeOf(query.get('offset') ?? '0', 'offset')
      return turns.run(identity, () => {
        const page = taskPage(tasks, split, offset, limit)
        return json({ split, splits: tasks.splits, total: tasks.size(split), offset, tasks: page })
      })
    },
  ],
  [
    'GET splits',
    ({ environmentHost }) => json(environmentHost.world.tasks.splits.map((name) => ({ name, type: typeOf(name) }))),
  ],
  [
    'POST num_tasks',
    ({ environmentHost, role, body }) =>
      json({ num_tasks: environmentHost.world.tasks.size(splitOf(environmentHost, role, body.split)) }),
  ],
  [
    'POST task',
    ({ environmentHost, role, body }) =>
      json({
        task: publicTask(
          environmentHost.world.tasks.at(splitOf(environmentHost, role, body.split), wholeOf(body.index, 'index')),
        ),
        env_name: environmentHost.name,
      }),
  ],
  ['POST tasks', (call) => turns.run(call.identity, () => json(range(call, 0)))],
  [
    'POST task_range',
    (call) => turns.run(call.identity, () => json(range(call, wholeOf(call.body.start ?? 0, 'start')))),
  ],
])

const PLAYERS: readonly Role[] = ['agent', 'trainer']

/** Tasks from `start` to `stop`, at most a page of them. */
function range({ environmentHost, role, body }: Call, start: number) {
  const split = splitOf(environmentHost, role, body.split)
  const size = environmentHost.world.tasks.size(split)
  const stop = wholeOf(body.stop ?? size, 'stop')
  const limit = Math.min(Math.max(0, stop - start), environmentHost.limits.taskPage)
  return { tasks: taskPage(environmentHost.world.tasks, split, start, limit), env_name: environmentHost.name }
}

/** The split that is asked for. @throws GymError FORBIDDEN where agents may not see it, FRAME_INVALID */
function splitOf({ world, agentSplits }: EnvironmentHost, role: Role, wanted: WireValue | undefined): string {
  const split = wanted ?? undefined
  if (split !== undefined && typeof split !== 'string') throw new GymError('FRAME_INVALID', 'split must be a text')
  return visibleSplit(world.tasks, agentSplits, role, split, 'the tasks')
}

function wholeOf(value: WireValue | undefined, name: string): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new GymError('FRAME_INVALID', `${name} must be a whole number from 0`)
}

/** OpenEnv knows three types of splits. */
const typeOf = (split: string): string => (split === 'train' || split === 'test' ? split : 'validation')

/** `/metadata`, in OpenEnv's fields. */
function metadataOf({ environment }: World, name: string): JsonObject {
  const [, version = null] = environment.id.split('@')
  const unknown = { readme_content: null, author: null, documentation_url: null }
  return { name, description: environment.summary ?? environment.id, version, ...unknown }
}

/**
 * `/schema`, in OpenEnv's fields. By the title `CallToolAction` clients know that there are tools to list; no title is
 * `Action`, which they treat alike.
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

/**
 * Liveness: whether what is played can be recorded. Where it cannot, a restart is what helps.
 * @throws GymError RECORD_FAILED
 */
export function healthOf({ unrecorded }: Host): string {
  if (unrecorded.length === 0) return '{"status":"healthy"}'
  throw unwritable(unrecorded.join(', '))
}

/** For the liveness of one environment. @throws GymError RECORD_FAILED */
export function expectRecorded({ unrecorded }: Host, name: string): void {
  if (unrecorded.includes(name)) throw unwritable(name)
}

/**
 * Readiness: whether another session would be served at once.
 * @throws GymError RECORD_FAILED, SERVER_STOPPING, CAPACITY_REACHED
 */
export function readinessOf(host: Host): string {
  healthOf(host)
  if (host.isStopping) throw new GymError('SERVER_STOPPING', 'the server is stopping')
  if (host.hasRoom) return '{"status":"ready"}'
  throw new GymError('CAPACITY_REACHED', 'the server is full: sessions must wait, or episodes are refused')
}

/**
 * The answer to `GET /health` and `/ready` by their bare addresses: any client may ask, without a token and by any host
 * name, as the probes of Kubernetes and of load balancers do. It shows nothing of environments and episodes.
 * @returns Null for any other request.
 * @throws GymError as `healthOf` and `readinessOf`
 */
export function probeReply(host: Host, { method, url }: Pick<IncomingMessage, 'method' | 'url'>): string | null {
  if (method !== 'GET' && method !== 'HEAD') return null
  if (url === '/health') return healthOf(host)
  return url === '/ready' ? readinessOf(host) : null
}

const unwritable = (names: string): GymError =>
  new GymError('RECORD_FAILED', `episodes of ${names} cannot be recorded: see the log of the server`)
