import { closingQuote, QUOTE } from './json-reader.ts'

/**
 * Whether some object of a text has a key twice, of which a reader kept one.
 * @param value What the text was read as.
 */
export function hasRepeatedKeys(text: string, value: unknown): boolean {
  const keys = keysIn(value)
  // Most texts have no colon but those of keys: to count them all is many times as fast as to pass over strings.
  return colonsIn(text, keys) > keys && keysWritten(text) > keys
}

/** Colons of a text, counted until they are more than `most`. */
function colonsIn(text: string, most: number): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0 && count <= most; at = text.indexOf(':', at + 1)) count++
  return count
}

/** Colons outside of strings. */
function keysWritten(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = closingQuote(text, at)
    else if (unit === COLON) count++
  }
  return count
}

const COLON = 0x3a

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const items: readonly unknown[] = Object.values(value)
  const own = Array.isArray(value) ? 0 : items.length
  return items.reduce((sum: number, item) => (typeof item === 'object' ? sum + keysIn(item) : sum), own)
}
