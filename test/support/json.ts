import fc from 'fast-check'
import type { Json } from '../../core/data/types.ts'

const BITS = ['{', '}', '[', ']', ',', ':', '"', '\\', '"a"', '1', '-', ' ', '\n', 'nul']

/** Texts of up to 8 bits of JSON in any order: most are not JSON. @param more bits beside the usual ones */
export const almostJson = (...more: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...BITS, ...more), { maxLength: 8 }).map((parts) => parts.join(''))

/**
 * A slow, plain reader that shares nothing with those under test: names are compared as they are written, and only
 * single strings without a key are given to `JSON.parse`, which spoils keys in some versions of Node.js
 * (nodejs/node#63785). It takes valid JSON only.
 */
export function readPlainJson(text: string): Json {
  let rest = text
  const take = (pattern: RegExp): string => {
    const [found = ''] = pattern.exec(rest) ?? []
    rest = rest.slice(found.length)
    return found
  }
  const string = (): string => JSON.parse(take(/^\s*"(?:[^"\\]|\\.)*"\s*/s))
  const items = (end: RegExp, read: () => void): void => {
    take(/^[[{]\s*/)
    while (take(end) === '') {
      read()
      take(/^,\s*/)
    }
  }
  const value = (): Json => {
    take(/^\s*/)
    if (rest.startsWith('"')) return string()
    if (rest.startsWith('[')) {
      const list: Json[] = []
      items(/^\]\s*/, () => list.push(value()))
      return list
    }
    if (!rest.startsWith('{')) return JSON.parse(take(/^[^,\]}]+/))
    const fields = new Map<string, Json>()
    items(/^\}\s*/, () => {
      const key = string()
      take(/^:/)
      fields.set(key, value())
    })
    return Object.fromEntries(fields)
  }
  return value()
}
