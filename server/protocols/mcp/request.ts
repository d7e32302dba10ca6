import type { IncomingHttpHeaders } from 'node:http'
import { isWireObject, type WireObject, type WireValue } from '../../transport/json.ts'
import type { SessionClient } from '../openenv/held-sessions.ts'

/** A request for `/{env}/mcp`. */
export interface McpRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly query: URLSearchParams
  readonly body: WireObject
  readonly client: SessionClient
  /** Bytes that a reply may have. */
  readonly maxBytes: number
  /** Aborted when the client has given up, and will not see the answer. */
  readonly gone: AbortSignal
}

export interface McpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Key under which a request says how its episode is to begin: the fields of a reset in OpenEnv's protocol. */
export const RESET = 'stepgym/reset'

/** The fields of a reset in the `_meta` of a request's `params`; null where there are none. */
export function resetOf(params: WireValue | undefined): WireObject | null {
  const { _meta: meta } = isWireObject(params) ? params : {}
  const fields = isWireObject(meta) ? meta[RESET] : undefined
  return isWireObject(fields) ? fields : null
}

/** How the first episode of a session begins: by its address, `?seed=3&split=train`, and by `_meta`, which comes first. */
export function resetFields(query: URLSearchParams, { params }: WireObject): WireObject {
  const named = [...query].map(([name, text]) => [name, NUMBERS.has(name) ? numberOf(text) : text] as const)
  return { ...Object.fromEntries(named), ...resetOf(params) }
}

const NUMBERS: ReadonlySet<string> = new Set([
  'index',
  'max_steps',
  'member',
  'group_size',
  'group_deadline_s',
  'group_replacements',
])

/** A text that is not a number is refused by its field. */
const numberOf = (text: string): WireValue => (/^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : text)
