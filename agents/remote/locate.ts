import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import type { MaybePromise } from '../../core/data/maybe-promise.ts'
import { withoutToken } from './address.ts'
import { connectionLost, wireError } from './wire-error.ts'

interface Looking {
  readonly token?: string
  readonly shardKey?: string
}

/** Milliseconds for an answer of a node: another may have it. */
const TIMEOUT_MS = 3000

/**
 * What says where a session is served: of one address itself; of several, nodes that share shards, the owner of its shard.
 * @throws GymError CONFIG_INVALID for no address, or a key without nodes
 */
export function locatorOf(url: string | readonly string[], { token, shardKey }: Looking): () => MaybePromise<string> {
  if (typeof url === 'string') {
    if (shardKey === undefined) return () => url
    throw new GymError('CONFIG_INVALID', 'a shardKey is for nodes that share shards: give a list of their addresses')
  }
  if (url.length === 0) throw new GymError('CONFIG_INVALID', 'give the address of one node at least')
  const key = shardKey ?? globalThis.crypto.randomUUID()
  const nodes = url.map(nodeOf)
  return () => ownerAmong(nodes, key, token)
}

interface NodeAddress {
  /** `http://HOST:PORT`, and what is before the environment. */
  readonly base: string
  /** Path of the environment; empty for none. */
  readonly path: string
}

function nodeOf(url: string): NodeAddress {
  const withScheme = /^[a-z]+:\/\//i.test(url) ? url.replace(/^ws/i, 'http') : `http://${url}`
  const address = URL.canParse(withScheme) ? new URL(withScheme) : null
  if (address && /^https?:$/.test(address.protocol))
    return { base: address.origin, path: address.pathname.replace(/\/(ws)?$/, '') }
  throw new GymError('CONFIG_INVALID', `${withoutToken(url)} is not the address of a node: give http://HOST:PORT/NAME`)
}

/** The first answer counts; of nodes that answer with an error, the last one's. */
async function ownerAmong(nodes: readonly NodeAddress[], key: string, token: string | undefined): Promise<string> {
  let failure = connectionLost('no node answered')
  for (const { base, path } of nodes) {
    try {
      return `${await ownerAt(base, key, token)}${path}`
    } catch (thrown) {
      failure = thrown instanceof GymError ? thrown : connectionLost(`${base}: ${messageOf(thrown)}`, thrown)
    }
  }
  throw failure
}

async function ownerAt(base: string, key: string, token: string | undefined): Promise<string> {
  const response = await fetch(`${base}/shards?key=${encodeURIComponent(key)}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const reply = parseJson(await response.text())
  const fields = typeof reply === 'object' && reply !== null && !Array.isArray(reply) ? reply : {}
  if ('url' in fields && typeof fields.url === 'string') return fields.url
  const error = 'error' in fields && typeof fields.error === 'object' ? fields.error : null
  if (error !== null && !Array.isArray(error) && 'code' in error) throw wireError(error.code, error.message)
  throw new GymError('CONFIG_INVALID', `${base} does not share shards: connect to it by its address alone`)
}
