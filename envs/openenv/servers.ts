import { GymError } from '../../core/data/errors.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

/** A server of OpenEnv's protocol: its socket is at `/ws` below the address. */
export interface OpenEnvServer {
  readonly url: URL
  /** Sent as a bearer token; null for none. */
  readonly token: string | null
}

/** Servers by name. */
export type OpenEnvServers = ReadonlyMap<string, OpenEnvServer>

/** Name of the built-in environment, which runs in this process. */
export const BUILT_IN = 'built-in'

/**
 * Reads `environmentServers`: objects of `{ openenv, token }` by name. Those of other kinds are for other environments.
 * @throws GymError CONFIG_INVALID, which repeats no token
 */
export function readOpenEnvServers(value: Json | undefined): OpenEnvServers {
  if (value === undefined) return new Map()
  if (!isObject(value)) throw invalid('environmentServers', 'an object of servers by name')
  return new Map(
    Object.entries(value).flatMap(([name, each]) => {
      const where = `environmentServers.${name}`
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name) || name === BUILT_IN)
        throw invalid(where, `named by 1 to 64 letters, digits and _ . -, and not ${BUILT_IN}`)
      if (!isObject(each)) throw invalid(where, 'an object')
      return 'openenv' in each ? [[name, serverOf(where, each)] as const] : []
    }),
  )
}

function serverOf(where: string, { openenv: url, token = null, ...others }: JsonObject): OpenEnvServer {
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) throw invalid(where, `without ${JSON.stringify(stranger)}: it has openenv and token`)
  if (token !== null && (typeof token !== 'string' || token === '')) throw invalid(`${where}.token`, 'a text')
  const read = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  if (read === null || !/^https?:$/.test(read.protocol))
    throw invalid(`${where}.openenv`, 'an address of http or https')
  return { url: read, token }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value itself may be a secret: the message names its place only. */
const invalid = (where: string, expected: string): GymError =>
  new GymError('CONFIG_INVALID', `${where} must be ${expected}`)
