import { GymError, messageOf } from '../../core/data/errors.ts'
import { isSafeForNative } from '../../core/data/json.ts'
import { JSON_WORDS, type JsonDialect, JsonReader } from '../../core/data/json-reader.ts'

/** What a client can send: JSON, the numbers that Python adds to it (NaN, Infinity), and integers of any size. */
export type WireValue = null | boolean | number | bigint | string | readonly WireValue[] | WireObject
export type WireObject = { readonly [key: string]: WireValue }

/**
 * Reads JSON as `parseJson` does, with two differences: NaN, Infinity and -Infinity are numbers, as Python writes
 * them; integers that a number cannot hold exactly are bigints. A key `__proto__` is a field like any other.
 * @throws GymError FRAME_INVALID
 */
export function parseWire(text: string, maxDepth: number): WireValue {
  if (!LONG_INTEGER.test(text) && isSafeForNative(text, maxDepth)) {
    try {
      return JSON.parse(text) as WireValue
    } catch {
      // The reader below says where, or knows better.
    }
  }
  try {
    return new JsonReader(text, maxDepth, WIRE_JSON).whole()
  } catch (cause) {
    throw new GymError('FRAME_INVALID', `no JSON: ${messageOf(cause)}`, { cause })
  }
}

export const isWireObject = (value: WireValue | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A number may not hold all its digits. */
const LONG_INTEGER = /\d{16}/

const WIRE_JSON: JsonDialect<bigint> = {
  integer(digits) {
    const value = Number(digits)
    return Number.isSafeInteger(value) ? value : BigInt(digits)
  },
  words: {
    ...JSON_WORDS,
    NaN: Number.NaN,
    Infinity: Number.POSITIVE_INFINITY,
    '-Infinity': Number.NEGATIVE_INFINITY,
  },
}
