import type { IncomingHttpHeaders } from 'node:http'
import { type FrameLimits, isWireObject, parseWire, type WireObject, type WireValue } from '../transport/json.ts'
import type { NameIn } from './movable.ts'

/** A session of the native dialect is resumed by the first frame of a socket. */
export const resumedIn =
  (limits: FrameLimits): NameIn =>
  (text, isFirst) => {
    if (!isFirst || !text.includes('"resume"')) return null
    const { type, session } = objectIn(text, limits)
    return type === 'resume' && typeof session === 'string' ? sessionIn(session) : null
  }

/** A member of a group is at the home of the group; each reset of OpenEnv's protocol may join another. */
export const groupIn =
  (limits: FrameLimits): NameIn =>
  (text) => {
    if (!text.includes('"group_id"')) return null
    const { type, data } = objectIn(text, limits)
    return type === 'reset' && isWireObject(data) ? textOf(data.group_id) : null
  }

/** A token is the id of its session, a dot and a code. */
const sessionIn = (token: string): string => token.split('.')[0] ?? ''

/** What a request over HTTP shows of the session, episode or group that it is for. */
export interface HttpNames {
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: WireObject
}

/** Null for a request that any worker may answer. */
export function nameOf({ query, headers, body }: HttpNames): string | null {
  const params = isWireObject(body.params) ? body.params : {}
  const named = [
    headers['mcp-session-id'],
    headers['x-session-id'],
    query.get('session_id'),
    query.get('episode_id'),
    query.get('group'),
  ]
  const inBody = [body.group_id, body.episode_id, params.session_id].map(textOf)
  return [...named, ...inBody].find((name): name is string => typeof name === 'string') ?? null
}

const textOf = (value: WireValue | undefined): string | null => (typeof value === 'string' ? value : null)

/** The object of a text; empty where the text has none: those who serve it say so. */
export function objectIn(text: string, limits: FrameLimits): WireObject {
  try {
    const value = parseWire(text, limits)
    return isWireObject(value) ? value : {}
  } catch {
    return {}
  }
}
