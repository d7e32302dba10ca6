import type { IncomingHttpHeaders } from 'node:http'
import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Identity } from '../../roles.ts'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'

/** Requests of the Open Reward Standard, by method and last segment of the address. */
export type OrsRoute =
  | 'POST create_session'
  | 'POST create'
  | 'POST ping'
  | 'POST delete'
  | 'POST delete_session'
  | 'GET prompt'
  | 'GET messages'
  | 'GET tools'
  | 'GET task_tools'
  | 'POST call'

const ROUTES: ReadonlySet<string> = new Set<OrsRoute>([
  ...(['POST create_session', 'POST create', 'POST ping', 'POST delete', 'POST delete_session'] as const),
  ...(['GET prompt', 'GET messages', 'GET tools', 'GET task_tools', 'POST call'] as const),
])

export const isOrsRoute = (route: string): route is OrsRoute => ROUTES.has(route)

/** A request as it came. */
export interface OrsRequest {
  readonly route: OrsRoute
  readonly headers: IncomingHttpHeaders
  readonly body: WireObject
  readonly identity: Identity
  /** Address of its socket. */
  readonly address: string | undefined
  /** Environment that its address names; null where it names none. */
  readonly named: string | null
  /** Environment that it is for where its body names none. @throws GymError ENV_UNKNOWN */
  readonly environment: () => string
  /** Bytes that a result may have. */
  readonly maxBytes: number
  /** Aborted when the client has given up, and will not see the answer. */
  readonly gone: AbortSignal
}

const MAX_ID = 255

/** The session that a request names. @throws GymError FRAME_INVALID */
export function sessionIdOf({ headers }: OrsRequest): string {
  const id = headers['x-session-id']
  if (typeof id === 'string' && id.length > 0 && id.length <= MAX_ID) return id
  throw new GymError('FRAME_INVALID', `the header X-Session-ID names the session: 1 to ${MAX_ID} characters`)
}

/** How an episode is to begin. */
export interface Creation {
  /** Null where the address says it. */
  readonly environment: string | null
  /** Fields of a reset in OpenEnv's protocol. */
  readonly start: WireObject
}

/** Fields of the standard that have no counterpart here. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  toolset_name: 'toolsets run in the client: this server has the tools of the environment alone',
  env: 'variables of the environment are set by its operator',
}

/** @throws GymError FRAME_INVALID for fields that would have no effect */
export function expectSupported(body: WireObject): void {
  for (const [name, why] of Object.entries(UNSUPPORTED))
    if ((body[name] ?? null) !== null) throw new GymError('FRAME_INVALID', `${name} is not supported: ${why}`)
}

/**
 * Reads the body of `/create`: `split` and `index`, or the `task_spec` of a task as it was listed. Its fields are those
 * of a reset; `id` is its `task`.
 * @throws GymError FRAME_INVALID
 */
export function readCreation(body: WireObject): Creation {
  expectSupported(body)
  const { env_name: name = null, task_spec: spec = null, split = null, index = null } = body
  if (name !== null && typeof name !== 'string') throw new GymError('FRAME_INVALID', 'env_name must be a text')
  if ((spec === null) === (split === null && index === null))
    throw new GymError('FRAME_INVALID', 'a session is created for a task_spec, or for split and index')
  if (spec !== null) return { environment: name, start: startOfSpec(spec) }
  if (split === null || index === null) throw new GymError('FRAME_INVALID', 'split and index are given together')
  return { environment: name, start: { split, index } }
}

function startOfSpec(spec: WireValue): WireObject {
  if (!isWireObject(spec)) throw new GymError('FRAME_INVALID', 'task_spec must be an object, as tasks are listed')
  const { id = null, split, public: _, ...more } = spec
  if (id === null) return split === undefined ? more : { ...more, split }
  if (typeof id !== 'string') throw new GymError('FRAME_INVALID', `the id of a task is a text, not ${shown(id, 40)}`)
  return { ...more, task: id }
}

/** What a request calls, or whose result it asks for again. */
export interface CallRequest {
  readonly name: WireValue
  readonly input: WireValue
  /** Id of a call that was made before; null for another call. */
  readonly taskId: string | null
}

/** Name and input are read when the call is made: what is wrong with them is its result. @throws GymError FRAME_INVALID */
export function readCallRequest({ name = null, input = null, task_id: taskId = null }: WireObject): CallRequest {
  if (taskId === null || typeof taskId === 'string') return { name, input, taskId }
  throw new GymError('FRAME_INVALID', 'task_id must be a text')
}
