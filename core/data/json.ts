import { closingQuote, EXACT_JSON, JsonReader, QUOTE, STRICT_JSON } from './json-reader.ts'
import type { Json, JsonObject } from './types.ts'

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects and lists within each other that a text may have, above what any state may have. */
export const MAX_JSON_DEPTH = 256

/**
 * Reads JSON that comes from outside: the same values as `JSON.parse`, with a limit to nesting, and independent of
 * texts parsed before. In some versions of Node.js 24 and 25 `JSON.parse` may read a key with an escape as another key
 * that an earlier text had (nodejs/node#63785), so that one client's message changes another's: such texts are read
 * here. A key `__proto__` is a field like any other.
 * @param maxDepth Objects and lists within each other.
 * @throws SyntaxError
 */
export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): Json {
  if (!isSafeForNative(text, maxDepth)) return new JsonReader(text, maxDepth, STRICT_JSON).whole()
  const value: Json = JSON.parse(text)
  return value
}

/**
 * As `parseJson`, except that an integer whose digits a number would not give back is a text of them.
 * @throws SyntaxError
 */
export const parseExactJson = (text: string, maxDepth = MAX_JSON_DEPTH): Json =>
  hasLongInteger(text) ? new JsonReader(text, maxDepth, EXACT_JSON).whole() : parseJson(text, maxDepth)

/** Whether an integer of the text may have more digits than a number holds; those of fractions do not count. */
export const hasLongInteger = (text: string): boolean => /(?<![\d.])\d{16}/.test(text)

/**
 * As `parseJson`, for what was written by us as a `T`, or is looked at with care: that it is one is not checked.
 * @throws SyntaxError
 */
export const parseOwnJson = <T>(text: string): T => parseJson(text) as T

/**
 * Whether `JSON.parse`, if it accepts the text, gives what is written in it, nested at most so deep and with at most so
 * many items and fields. Where the text is not JSON the answer may be wrong, but `JSON.parse` stops there before it has
 * read what follows.
 */
export function isSafeForNative(text: string, maxDepth: number, maxMembers = Number.POSITIVE_INFINITY): boolean {
  let backslash = text.indexOf('\\')
  // Two characters are the least for a member.
  if (backslash < 0 && text.length < 2 * maxMembers && opensAtMost(text, maxDepth)) return true
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) {
      at = closingQuote(text, at)
      if (backslash < 0 || backslash > at) continue
      if (isKey(text, at)) return false
      backslash = text.indexOf('\\', at)
    } else if (unit === COMMA) {
      if (++members > maxMembers) return false
    } else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > maxDepth || ++members > maxMembers) return false
    } else if (unit === 0x5d || unit === 0x7d) depth--
  }
  return true
}

/** Whether so few lists and objects begin in a text that it cannot be too deep; found by a search, which is fast. */
function opensAtMost(text: string, most: number): boolean {
  let left = most
  for (const opening of '[{')
    for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, at + 1)) if (--left < 0) return false
  return true
}

const COLON = 0x3a
const COMMA = 0x2c
const SPACE = 0x20

/** Whether a colon follows the closing quote, spaces aside. */
function isKey(text: string, quote: number): boolean {
  let at = quote + 1
  while (text.charCodeAt(at) <= SPACE) at++
  return text.charCodeAt(at) === COLON
}
