import { GymError } from '../../core/data/errors.ts'

/** What a client can send: JSON, the numbers that Python adds to it (NaN, Infinity), and integers of any size. */
export type WireValue = null | boolean | number | bigint | string | readonly WireValue[] | WireObject
export type WireObject = { readonly [key: string]: WireValue }

/**
 * Reads JSON as `JSON.parse` does, with three differences: NaN, Infinity and -Infinity are numbers, as Python writes
 * them; integers that a number cannot hold exactly are bigints; nesting has a limit. A key `__proto__` is a field like
 * any other.
 * @throws GymError FRAME_INVALID
 */
export function parseWire(text: string, maxDepth: number): WireValue {
  if (isPlain(text, maxDepth)) {
    try {
      return JSON.parse(text) as WireValue
    } catch {
      // The reader below says where, or knows better.
    }
  }
  return new Reader(text, maxDepth).whole()
}

export const isWireObject = (value: WireValue | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether `JSON.parse`, if it accepts the text, gives what `Reader` would. Says no too often rather than too rarely. */
function isPlain(text: string, maxDepth: number): boolean {
  if (LONG_INTEGER.test(text)) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = closingQuote(text, at)
    else if (unit === 0x5b || unit === 0x7b) depth++
    else if (unit === 0x5d || unit === 0x7d) depth--
    if (depth > maxDepth) return false
  }
  return true
}

/** Position of the quote that closes the string at `start`, or the end of the text. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return text.length
    let escapes = quote
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes--
    if ((quote - escapes) % 2 === 0) return quote
    at = quote
  }
  return text.length
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LONG_INTEGER = /\d{16}/
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const WORDS: Readonly<Record<string, WireValue>> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}
const WORD = /-?[A-Za-z]+/y

class Reader {
  readonly #text: string
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
  }

  whole(): WireValue {
    const value = this.#value(0)
    if (this.#at < this.#text.length) throw this.#unexpected()
    return value
  }

  #value(depth: number): WireValue {
    this.#skipSpace()
    const value = this.#bareValue(depth)
    this.#skipSpace()
    return value
  }

  #bareValue(depth: number): WireValue {
    const next = this.#text[this.#at]
    if (next === '"') return this.#string()
    if (next === '{') return this.#object(depth + 1)
    if (next === '[') return this.#list(depth + 1)
    const word = this.#word()
    return word === undefined ? this.#number() : word
  }

  #object(depth: number): WireObject {
    this.#enter(depth)
    const fields: Record<string, WireValue> = {}
    this.#items('}', () => {
      this.#skipSpace()
      const key = this.#string()
      this.#skipSpace()
      this.#expect(':')
      const value = this.#value(depth)
      // An assignment to `__proto__` would change the object instead.
      Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
    })
    return fields
  }

  #list(depth: number): readonly WireValue[] {
    this.#enter(depth)
    const items: WireValue[] = []
    this.#items(']', () => items.push(this.#value(depth)))
    return items
  }

  #items(end: string, readItem: () => void): void {
    this.#at++
    this.#skipSpace()
    if (this.#accept(end)) return
    do readItem()
    while (this.#accept(','))
    this.#expect(end)
  }

  /** The closing quote is found here, what is between is for `JSON.parse` to say. */
  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw this.#unexpected()
    const end = closingQuote(this.#text, start)
    try {
      const value: string = JSON.parse(this.#text.slice(start, end + 1))
      this.#at = end + 1
      return value
    } catch {
      throw invalid(`the text at position ${start} is not closed, or has a character that must be escaped`)
    }
  }

  #number(): WireValue {
    const [digits, fraction, exponent] = this.#match(NUMBER) ?? []
    if (digits === undefined) throw this.#unexpected()
    const value = Number(digits)
    const isInteger = fraction === undefined && exponent === undefined
    return isInteger && !Number.isSafeInteger(value) ? BigInt(digits) : value
  }

  #word(): WireValue | undefined {
    const start = this.#at
    const [word] = this.#match(WORD) ?? []
    if (word === undefined) return undefined
    if (Object.hasOwn(WORDS, word)) return WORDS[word]
    this.#at = start
    throw this.#unexpected()
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at += found[0].length
    return found
  }

  #skipSpace(): void {
    this.#match(SPACE)
  }

  #accept(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#unexpected()
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw invalid(`nested more than ${this.#maxDepth} deep at position ${this.#at}`)
  }

  #unexpected(): GymError {
    const found = this.#text[this.#at]
    return invalid(
      found === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(found)} at position ${this.#at}`,
    )
  }
}

const invalid = (what: string): GymError => new GymError('FRAME_INVALID', `no JSON: ${what}`)
