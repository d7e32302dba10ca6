import { isJsonObject } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { invalidServers, readServers } from '../../core/episode/servers.ts'

/** An environment that the operator has configured: what is made, and by which Python. */
export interface GymnasiumEntry {
  /** Id of `gymnasium.make`: `CartPole-v1`, or `module:Name-v0`. */
  readonly id: string
  /** Keyword arguments of `gymnasium.make`. */
  readonly kwargs: JsonObject
  /** Module that registers the environment when it is imported; null for none. */
  readonly module: string | null
  /** A Python in which Gymnasium is installed. */
  readonly python: string
  readonly env: Readonly<Record<string, string>>
  readonly inherit: readonly string[]
  /** Working folder; null for that of this process. */
  readonly cwd: string | null
}

/** Environments by name. */
export type GymnasiumEntries = ReadonlyMap<string, GymnasiumEntry>

const FIELDS: readonly string[] = ['gymnasium', 'kwargs', 'module', 'python', 'env', 'inherit', 'cwd']

/**
 * Reads `environmentServers`: objects with the field `gymnasium` by name.
 * @throws GymError CONFIG_INVALID, which repeats no value
 */
export const readGymnasiumEntries = (value: Json | undefined): GymnasiumEntries =>
  readServers(value, 'gymnasium', entryOf)

function entryOf(where: string, entry: JsonObject): GymnasiumEntry {
  const stranger = Object.keys(entry).find((name) => !FIELDS.includes(name))
  if (stranger !== undefined)
    throw invalidServers(where, `without ${JSON.stringify(stranger)}: it has ${FIELDS.join(', ')}`)
  const { gymnasium, kwargs = {}, module = null, python = 'python3', env = {}, inherit = [], cwd = null } = entry
  if (!isJsonObject(kwargs)) throw invalidServers(`${where}.kwargs`, 'an object')
  return {
    id: textOf(`${where}.gymnasium`, gymnasium),
    kwargs,
    module: module === null ? null : textOf(`${where}.module`, module),
    python: textOf(`${where}.python`, python),
    env: variablesOf(`${where}.env`, env),
    inherit: namesOf(`${where}.inherit`, inherit),
    cwd: cwd === null ? null : textOf(`${where}.cwd`, cwd),
  }
}

function textOf(where: string, value: Json | undefined): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw invalidServers(where, 'a text')
}

function namesOf(where: string, value: Json): readonly string[] {
  if (!Array.isArray(value)) throw invalidServers(where, 'a list of names of variables')
  return value.map((item: Json, at) => textOf(`${where}[${at}]`, item))
}

function variablesOf(where: string, value: Json): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) throw invalidServers(where, 'an object of texts')
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (typeof item !== 'string') throw invalidServers(`${where}.${name}`, 'a text')
      return [name, item]
    }),
  )
}
