import type { Json, JsonObject } from '../../core/data/types.ts'
import { invalidServers, readServers } from '../../core/episode/servers.ts'

/** A server of OpenEnv's protocol: its socket is at `/ws` below the address. */
export interface OpenEnvServer {
  readonly url: URL
  /** Sent as a bearer token; null for none. */
  readonly token: string | null
}

/** Servers by name. */
export type OpenEnvServers = ReadonlyMap<string, OpenEnvServer>

/**
 * Reads `environmentServers`: objects of `{ openenv, token }` by name.
 * @throws GymError CONFIG_INVALID, which repeats no token
 */
export const readOpenEnvServers = (value: Json | undefined): OpenEnvServers => readServers(value, 'openenv', serverOf)

function serverOf(where: string, { openenv: url, token = null, ...others }: JsonObject): OpenEnvServer {
  const [stranger] = Object.keys(others)
  if (stranger !== undefined)
    throw invalidServers(where, `without ${JSON.stringify(stranger)}: it has openenv and token`)
  if (token !== null && (typeof token !== 'string' || token === '')) throw invalidServers(`${where}.token`, 'a text')
  const read = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  if (read === null || !/^https?:$/.test(read.protocol))
    throw invalidServers(`${where}.openenv`, 'an address of http or https')
  return { url: read, token }
}
