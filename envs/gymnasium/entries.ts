import { GymError } from '../../core/data/errors.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'

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

/** Name of the built-in environment, which runs in this process. */
export const BUILT_IN = 'built-in'

const FIELDS: readonly string[] = ['gymnasium', 'kwargs', 'module', 'python', 'env', 'inherit', 'cwd']

/**
 * Reads `environmentServers`: objects with the field `gymnasium` by name. Those of other kinds are for other environments.
 * @throws GymError CONFIG_INVALID, which repeats no value
 */
export function readGymnasiumEntries(value: Json | undefined): GymnasiumEntries {
  if (value === undefined) return new Map()
  if (!isObject(value)) throw invalid('environmentServers', 'an object of environments by name')
  return new Map(
    Object.entries(value).flatMap(([name, each]) => {
      const where = `environmentServers.${name}`
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name) || name === BUILT_IN)
        throw invalid(where, `named by 1 to 64 letters, digits and _ . -, and not ${BUILT_IN}`)
      if (!isObject(each)) throw invalid(where, 'an object')
      return 'gymnasium' in each ? [[name, entryOf(where, each)] as const] : []
    }),
  )
}

function entryOf(where: string, entry: JsonObject): GymnasiumEntry {
  const stranger = Object.keys(entry).find((name) => !FIELDS.includes(name))
  if (stranger !== undefined) throw invalid(where, `without ${JSON.stringify(stranger)}: it has ${FIELDS.join(', ')}`)
  const { gymnasium, kwargs = {}, module = null, python = 'python3', env = {}, inherit = [], cwd = null } = entry
  if (!isObject(kwargs)) throw invalid(`${where}.kwargs`, 'an object')
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
  throw invalid(where, 'a text')
}

function namesOf(where: string, value: Json): readonly string[] {
  if (!Array.isArray(value)) throw invalid(where, 'a list of names of variables')
  return value.map((item: Json, at) => textOf(`${where}[${at}]`, item))
}

function variablesOf(where: string, value: Json): Readonly<Record<string, string>> {
  if (!isObject(value)) throw invalid(where, 'an object of texts')
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (typeof item !== 'string') throw invalid(`${where}.${name}`, 'a text')
      return [name, item]
    }),
  )
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value itself may be a secret: the message names its place only. */
const invalid = (where: string, expected: string): GymError =>
  new GymError('CONFIG_INVALID', `${where} must be ${expected}`)
