/** What a text can hold: JSON, and numbers of a kind `N` beside. */
export type JsonValue<N> = null | boolean | number | string | N | readonly JsonValue<N>[] | JsonFields<N>
export type JsonFields<N> = { readonly [key: string]: JsonValue<N> }

/** Where readers differ. */
export interface JsonDialect<N> {
  /** Most characters of an integer, with its sign. */
  readonly integer: (digits: string) => number | N
  /** Text without quotes that is not a number of digits. */
  readonly words: Readonly<Record<string, null | boolean | number>>
}

export const JSON_WORDS = { true: true, false: false, null: null } as const

/** JSON as `JSON.parse` reads it. */
export const STRICT_JSON: JsonDialect<never> = { integer: Number, words: JSON_WORDS }

export const QUOTE = 0x22
const BACKSLASH = 0x5c

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
    const next = this.#text[this.#at]
    if (next === '"') return this.#string()
    if (next === '{') return this.#object(depth + 1)
    if (next === '[') return this.#list(depth + 1)
    const word = this.#word()
    return word === undefined ? this.#number() : word
  }

  #object(depth: number): JsonFields<N> {
    this.#enter(depth)
    const fields: Record<string, JsonValue<N>> = {}
    this.#items('}', () => {
      this.#skipSpace()
      const key = this.#string()
      this.#skipSpace()
      this.#expect(':')
      const value = this.#value(depth)
      // An assignment to `__proto__` would change the object instead.
      if (key !== '__proto__') fields[key] = value
      else Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
    })
    return fields
  }

  #list(depth: number): readonly JsonValue<N>[] {
    this.#enter(depth)
    const items: JsonValue<N>[] = []
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

  /** The closing quote is found here; what is between is a text for itself, which `JSON.parse` reads right. */
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

  #unexpected(): SyntaxError {
    const found = this.#text[this.#at]
    return invalid(
      found === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(found)} at position ${this.#at}`,
    )
  }
}

const invalid = (what: string): SyntaxError => new SyntaxError(what)
