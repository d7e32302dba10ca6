/** What a text can hold: JSON, and numbers of a kind `N` beside. */
export type JsonValue<N> = null | boolean | number | string | N | readonly JsonValue<N>[] | JsonFields<N>
export type JsonFields<N> = { readonly [key: string]: JsonValue<N> }

/** Where readers differ. */
export interface JsonDialect<N> {
  /** Most characters of an integer, with its sign. */
  readonly integer: (digits: string) => number | N
  /** Text without quotes that is not a number of digits. */
  readonly words: Readonly<Record<string, null | boolean | number>>
  /** Refuses a key that its object has already; without it the last one counts. @param path Of the object, from the root. */
  readonly repeated?: (key: string, path: JsonPath) => Error
}

/** Keys and indexes that lead to a value. */
export type JsonPath = readonly (string | number)[]

export const JSON_WORDS = { true: true, false: false, null: null } as const

/** JSON as `JSON.parse` reads it. */
export const STRICT_JSON: JsonDialect<never> = { integer: Number, words: JSON_WORDS }

/** The same, except that an integer whose digits a number would not give back is a text of them. */
export const EXACT_JSON: JsonDialect<string> = {
  integer(digits) {
    const value = Number(digits)
    return Number.isSafeInteger(value) || `${value}` === digits ? value : digits
  },
  words: JSON_WORDS,
}

export const QUOTE = 0x22
const [SPACE, BACKSLASH, COMMA, COLON, POINT] = [0x20, 0x5c, 0x2c, 0x3a, 0x2e]
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]
const [ZERO, NINE, LARGE_E, SMALL_E] = [0x30, 0x39, 0x45, 0x65]

/** Characters of a slice that V8 copies; a longer one would hold on to the text that it is of. */
const SHORT = 12
/** Digits of an integer that a number always holds exactly. */
const EXACT_DIGITS = 15

/** Position of the quote that closes the string whose opening quote is at `start`, or the length of the text. */
export function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return text.length
    let escapes = quote
    while (escapes > at && text.charCodeAt(escapes - 1) === BACKSLASH) escapes--
    if ((quote - escapes) % 2 === 0) return quote
    at = quote
  }
  return text.length
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const WORD = /-?[A-Za-z]+/y

/** Reads a text once, by recursive descent. */
export class JsonReader<N> {
  readonly #text: string
  readonly #maxDepth: number
  readonly #dialect: JsonDialect<N>
  readonly #path: (string | number)[] = []
  #at = 0

  /** @param maxDepth Objects and lists within each other: each takes its share of the stack. */
  constructor(text: string, maxDepth: number, dialect: JsonDialect<N>) {
    this.#text = text
    this.#maxDepth = maxDepth
    this.#dialect = dialect
  }

  /** @throws SyntaxError with the position */
  whole(): JsonValue<N> {
    const value = this.#value(0)
    if (this.#at < this.#text.length) throw this.#unexpected()
    return value
  }

  #value(depth: number): JsonValue<N> {
    this.#skipSpace()
    const value = this.#bareValue(depth)
    this.#skipSpace()
    return value
  }

  #bareValue(depth: number): JsonValue<N> {
    const unit = this.#text.charCodeAt(this.#at)
    if (unit === QUOTE) return this.#string()
    if (unit === OPENING_BRACE) return this.#object(depth + 1)
    if (unit === OPENING_BRACKET) return this.#list(depth + 1)
    if (unit >= ZERO && unit <= NINE) return this.#shortInteger() ?? this.#number()
    const word = this.#word()
    return word === undefined ? this.#number() : word
  }

  #object(depth: number): JsonFields<N> {
    this.#enter(depth)
    const fields: Record<string, JsonValue<N>> = {}
    if (this.#isEmpty(CLOSING_BRACE)) return fields
    let count = 0
    do {
      this.#field(fields, depth)
      if (++count === MANY_FIELDS) keepSparse(fields)
    } while (this.#accept(COMMA))
    this.#expect(CLOSING_BRACE)
    return fields
  }

  #field(fields: Record<string, JsonValue<N>>, depth: number): void {
    this.#skipSpace()
    const key = this.#string()
    this.#skipSpace()
    this.#expect(COLON)
    if (this.#dialect.repeated) this.#expectRepeatable(fields, key)
    const value = this.#within(key, depth)
    // An assignment to `__proto__` would change the object instead.
    if (key !== '__proto__') fields[key] = value
    else Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
  }

  #list(depth: number): readonly JsonValue<N>[] {
    this.#enter(depth)
    const items: JsonValue<N>[] = []
    if (this.#isEmpty(CLOSING_BRACKET)) return items
    do items.push(this.#within(items.length, depth))
    while (this.#accept(COMMA))
    this.#expect(CLOSING_BRACKET)
    return items
  }

  #within(step: string | number, depth: number): JsonValue<N> {
    if (!this.#dialect.repeated) return this.#value(depth)
    this.#path.push(step)
    const value = this.#value(depth)
    this.#path.pop()
    return value
  }

  #expectRepeatable(fields: object, key: string): void {
    const refusal = Object.hasOwn(fields, key) && this.#dialect.repeated?.(key, this.#path)
    if (refusal) throw refusal
  }

  /** Enters a list or object. */
  #isEmpty(end: number): boolean {
    this.#at++
    this.#skipSpace()
    return this.#accept(end)
  }

  /** The closing quote is found here; what is between is a text for itself, which `JSON.parse` reads right. */
  #string(): string {
    const start = this.#at
    if (this.#text.charCodeAt(start) !== QUOTE) throw this.#unexpected()
    const short = this.#shortString(start)
    return short ?? this.#longString(start)
  }

  /** A text without escapes, so short that its slice does not hold on to all that was read; else undefined. */
  #shortString(start: number): string | undefined {
    const most = start + 1 + SHORT
    for (let at = start + 1; at <= most; at++) {
      const unit = this.#text.charCodeAt(at)
      if (unit === QUOTE) {
        this.#at = at + 1
        return this.#text.slice(start + 1, at)
      }
      if (unit === BACKSLASH || !(unit >= SPACE)) return undefined
    }
    return undefined
  }

  #longString(start: number): string {
    const end = closingQuote(this.#text, start)
    try {
      const value: string = JSON.parse(this.#text.slice(start, end + 1))
      this.#at = end + 1
      return value
    } catch {
      throw invalid(`the text at position ${start} is not closed, or has a character that must be escaped`)
    }
  }

  /** An integer without a sign that a number holds exactly; undefined for what the pattern has to look at. */
  #shortInteger(): number | undefined {
    let value = 0
    for (let at = this.#at; at < this.#at + EXACT_DIGITS; at++) {
      const unit = this.#text.charCodeAt(at)
      if (unit >= ZERO && unit <= NINE) value = value * 10 + (unit - ZERO)
      else return this.#endsInteger(at, unit) ? value : undefined
    }
    return undefined
  }

  #endsInteger(at: number, unit: number): boolean {
    const isBegun = unit === POINT || unit === SMALL_E || unit === LARGE_E
    const hasLeadingZero = at > this.#at + 1 && this.#text.charCodeAt(this.#at) === ZERO
    if (isBegun || hasLeadingZero) return false
    this.#at = at
    return true
  }

  #number(): number | N {
    const [digits, fraction, exponent] = this.#match(NUMBER) ?? []
    if (digits === undefined) throw this.#unexpected()
    const isInteger = fraction === undefined && exponent === undefined
    return isInteger ? this.#dialect.integer(digits) : Number(digits)
  }

  #word(): null | boolean | number | undefined {
    const start = this.#at
    const [word] = this.#match(WORD) ?? []
    if (word === undefined) return undefined
    if (Object.hasOwn(this.#dialect.words, word)) return this.#dialect.words[word]
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
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at++
    }
  }

  #accept(unit: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== unit) return false
    this.#at++
    return true
  }

  #expect(unit: number): void {
    if (!this.#accept(unit)) throw this.#unexpected()
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) throw invalid(`nested more than ${this.#maxDepth} deep at position ${this.#at}`)
  }

  #unexpected(): SyntaxError {
    const found = this.#text[this.#at]
    return invalid(
      found === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(found)} at position ${this.#at}`,
    )
  }
}

const MANY_FIELDS = 2 ** 16
/** No index of a list, so that V8 keeps elements of an object that has it in a table for good. */
const BEYOND_LISTS = '4294967294'

/**
 * Numbers as names of many fields stay in a hash table. Left alone, V8 may turn the table into a list with holes and
 * back as it grows, which makes 400,000 names four times as slow.
 */
function keepSparse(fields: Record<string, unknown>): void {
  if (Object.hasOwn(fields, BEYOND_LISTS)) return
  fields[BEYOND_LISTS] = null
  Reflect.deleteProperty(fields, BEYOND_LISTS)
}

const invalid = (what: string): SyntaxError => new SyntaxError(what)
