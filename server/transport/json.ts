import { GymError, messageOf } from '../../core/data/errors.ts'
import { isSafeForNative } from '../../core/data/json.ts'
import { closingQuote, JSON_WORDS, type JsonDialect, JsonReader, QUOTE } from '../../core/data/json-reader.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Limits } from '../limits.ts'

/** What a client can send: JSON, the numbers that Python adds to it (NaN, Infinity), and integers of any size. */
export type WireValue = null | boolean | number | bigint | string | readonly WireValue[] | WireObject
export type WireObject = { readonly [key: string]: WireValue }

export type FrameLimits = Pick<Limits, 'frameDepth' | 'frameMembers' | 'frameFields' | 'numberDigits'>

/**
 * Reads JSON as `parseJson` does, with two differences: NaN, Infinity and -Infinity are numbers, as Python writes
 * them; integers that a number cannot hold exactly are bigints. A key `__proto__` is a field like any other.
 * Nothing is built of a text that is over a limit.
 * @throws GymError FRAME_INVALID
 */
export function parseWire(text: string, limits: FrameLimits): WireValue {
  const { frameDepth, frameMembers, frameFields, numberDigits } = limits
  if (text.length >= SHORTEST_FIELD * frameFields) expectFewFields(text, frameFields)
  if (!LONG_INTEGER.test(text) && isSafeForNative(text, frameDepth, frameMembers)) {
    try {
      return JSON.parse(text) as WireValue
    } catch {
      // The reader below says where, or knows better.
    }
  }
  expectSmall(text, limits)
  try {
    return new JsonReader(text, frameDepth, wireJson(numberDigits)).whole()
  } catch (cause) {
    throw new GymError('FRAME_INVALID', `no JSON: ${messageOf(cause)}`, { cause })
  }
}

export const isWireObject = (value: WireValue | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * An object of a client as plain JSON.
 * @param what name of its values in messages
 * @throws GymError FRAME_INVALID for numbers that JSON has not, or that lose digits
 */
export const plainObject = (object: WireObject, what: string): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, plainValue(value, what)]))

function plainValue(value: WireValue, what: string): Json {
  if (typeof value === 'bigint') throw new GymError('FRAME_INVALID', `${what} is an integer beyond 2^53 - 1`)
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new GymError('FRAME_INVALID', `${what} is ${value}, which is not JSON`)
  if (typeof value !== 'object' || value === null) return value
  return isWireObject(value) ? plainObject(value, what) : value.map((each) => plainValue(each, what))
}

/** A number may not hold all its digits. */
const LONG_INTEGER = /\d{16}/

const WORDS = {
  ...JSON_WORDS,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

/** To read an integer takes the square of its digits. */
const wireJson = (most: number): JsonDialect<bigint> => ({
  integer(digits) {
    if (digits.length > most) throw new SyntaxError(`an integer has at most ${most} digits, not ${digits.length}`)
    const value = Number(digits)
    return Number.isSafeInteger(value) ? value : BigInt(digits)
  },
  words: WORDS,
})

const [COMMA, OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = [0x2c, 0x5b, 0x5d, 0x7b, 0x7d]

const COLON = 0x3a
/** Characters of a field at least: `"":1,`. */
const SHORTEST_FIELD = 5

/** Objects with names of their own cost far more than items of lists. @throws GymError FRAME_INVALID */
function expectFewFields(text: string, most: number): void {
  if (!hasMoreColons(text, most)) return
  let fields = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = closingQuote(text, at)
    else if (unit === COLON && ++fields > most) throw tooMuch(`more than ${most} fields (frameFields)`)
  }
}

/** Those within texts count too: to search is faster than to read. */
function hasMoreColons(text: string, most: number): boolean {
  let left = most
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) if (--left < 0) return true
  return false
}

/** Looks at depth and number of members before anything is built. @throws GymError FRAME_INVALID */
function expectSmall(text: string, { frameDepth, frameMembers }: FrameLimits): void {
  // A member has two characters at least, and so has a level.
  if (text.length < 2 * Math.min(frameDepth, frameMembers)) return
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = closingQuote(text, at)
    else if (unit === COMMA) members++
    else if (unit === OPENING_BRACKET || unit === OPENING_BRACE) {
      depth++
      members++
      if (depth > frameDepth) throw tooMuch(`nested more than ${frameDepth} deep (frameDepth)`)
    } else if (unit === CLOSING_BRACKET || unit === CLOSING_BRACE) depth--
    if (members > frameMembers) throw tooMuch(`more than ${frameMembers} items and fields (frameMembers)`)
  }
}

const tooMuch = (what: string): GymError => new GymError('FRAME_INVALID', `no JSON that is read here: ${what}`)
