import { GymError } from '../data/errors.ts'
import { isJsonObject } from '../data/json.ts'
import type { Json, JsonObject } from '../data/types.ts'

/** Name of the environment that every kind has built in, which runs in this process. */
export const BUILT_IN = 'built-in'

/**
 * Reads the entries of one kind in `environmentServers`: objects by name, each with a field that is named as its kind.
 * Those of other kinds are for other environments.
 * @param entryOf reads one, at a place as messages have it
 * @throws GymError CONFIG_INVALID, which repeats no value
 */
export function readServers<Entry>(
  value: Json | undefined,
  kind: string,
  entryOf: (where: string, entry: JsonObject) => Entry,
): ReadonlyMap<string, Entry> {
  if (value === undefined) return new Map()
  if (!isJsonObject(value)) throw invalidServers('environmentServers', 'an object of environments by name')
  return new Map(
    Object.entries(value).flatMap(([name, each]) => {
      const where = `environmentServers.${name}`
      if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name) || name === BUILT_IN)
        throw invalidServers(where, `named by 1 to 64 letters, digits and _ . -, and not ${BUILT_IN}`)
      if (!isJsonObject(each)) throw invalidServers(where, 'an object')
      return Object.hasOwn(each, kind) ? [[name, entryOf(where, each)] as const] : []
    }),
  )
}

/** What is wrong at a place. A value itself may be a secret: the message does not have it. */
export const invalidServers = (where: string, expected: string): GymError =>
  new GymError('CONFIG_INVALID', `${where} must be ${expected}`)
