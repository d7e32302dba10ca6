import { pythonStripOf } from '../../../../core/cpython/text.ts'
import { PythonError } from '../../engine/python-error.ts'
import { type Py, PyDict, PyObject, PyTuple } from './value.ts'

/** A call as Python writes it: `name(1, key='x')`. */
export interface PythonCall {
  /** As written, with its dots. */
  readonly name: string
  readonly positional: readonly Py[]
  readonly named: ReadonlyMap<string, Py>
}

const MAX_DEPTH = 60
const SPACE = /(?:[ \t\r\n\f]|\\\r?\n|#[^\n]*)*/y
const NAME = /[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*/y
const NUMBER =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?)/y
const QUOTE = /([rRuUbBfF]{0,2})('''|"""|'|")/y
const WORDS: ReadonlyMap<string, Py> = new Map<string, Py>([
  ['True', true],
  ['False', false],
  ['None', null],
])

/** Words and signs of data files. */
const DATA_WORDS: ReadonlyMap<string, Py> = new Map([
  ...WORDS,
  ['Ellipsis', new PyObject('Ellipsis')],
  ['...', new PyObject('Ellipsis')],
])

/**
 * Calls with literal arguments, as BFCL's models write them: `[f(a=1), g('x')]`, the brackets optional. Literals are
 * numbers, texts, True, False, None, lists, tuples and dicts. Null where the text is anything else, with what is wrong
 * unsaid: it is a message then.
 */
export function parseCalls(text: string): readonly PythonCall[] | null {
  const trimmed = pythonStripOf(text, '`\n ')
  const start = trimmed.startsWith('[') ? trimmed : `[${trimmed}`
  return orNull(() => new Reader(start.endsWith(']') ? start : `${start}]`, WORDS).calls())
}

/** A value as `repr` or a module writes it. Null where the text is anything else. */
export const parseLiteral = (text: string): Py | null => orNull(() => new Reader(text, DATA_WORDS).literal())

/** Values by name of a module that consists of assignments of literals, `NAME = value`. Null where it has anything else. */
export const parseAssignments = (text: string): ReadonlyMap<string, Py> | null =>
  orNull(() => new Reader(text, DATA_WORDS).assignments())

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof NoCalls || thrown instanceof PythonError) return null
    throw thrown
  }
}

/** The text is not a list of calls. */
class NoCalls extends Error {}

class Reader {
  readonly #text: string
  readonly #words: ReadonlyMap<string, Py>
  #at = 0
  #depth = 0

  constructor(text: string, words: ReadonlyMap<string, Py>) {
    this.#text = text
    this.#words = words
  }

  calls(): readonly PythonCall[] {
    this.#expect('[')
    const calls = this.#items(']', () => this.#call())
    if (!this.#isAtEnd()) throw new NoCalls()
    return calls
  }

  literal(): Py {
    const value = this.#value()
    if (!this.#isAtEnd()) throw new NoCalls()
    return value
  }

  assignments(): ReadonlyMap<string, Py> {
    const values = new Map<string, Py>()
    while (!this.#isAtEnd()) {
      const name = this.#match(/[A-Za-z_]\w*/y)
      this.#expect('=')
      values.set(name, this.#value())
    }
    return values
  }

  #isAtEnd(): boolean {
    this.#skipSpace()
    return this.#at >= this.#text.length
  }

  #call(): PythonCall {
    this.#skipSpace()
    const name = this.#match(NAME).replace(/\s/g, '')
    this.#expect('(')
    const positional: Py[] = []
    const named = new Map<string, Py>()
    this.#items(')', () => this.#argument(positional, named))
    return { name, positional, named }
  }

  #argument(positional: Py[], named: Map<string, Py>): void {
    this.#skipSpace()
    const key = /[A-Za-z_]\w*\s*=(?!=)/y
    key.lastIndex = this.#at
    const found = key.exec(this.#text)?.[0]
    if (found === undefined) {
      if (named.size > 0) throw new NoCalls()
      positional.push(this.#value())
      return
    }
    this.#at += found.length
    const name = found.replace(/\s*=$/, '')
    if (named.has(name)) throw new NoCalls()
    named.set(name, this.#value())
  }

  #value(): Py {
    if (++this.#depth > MAX_DEPTH) throw new NoCalls()
    this.#skipSpace()
    const value = this.#literal(this.#text[this.#at] ?? '')
    this.#depth--
    return value
  }

  #literal(first: string): Py {
    if (first === '.' && this.#text.startsWith('...', this.#at)) return this.#word(/\.\.\./y)
    if (first === '[') return this.#list()
    if (first === '(') return this.#tuple()
    if (first === '{') return this.#dict()
    if (first === '-' || first === '+') return this.#signed(first)
    if (/[\d.]/.test(first)) return this.#number()
    QUOTE.lastIndex = this.#at
    return QUOTE.test(this.#text) ? this.#texts() : this.#word()
  }

  #list(): Py[] {
    this.#expect('[')
    return this.#items(']', () => this.#value())
  }

  /** One item in brackets without a comma is that item. */
  #tuple(): Py {
    this.#expect('(')
    const items = this.#items(')', () => this.#value())
    const [only] = items
    const hasComma = this.#text
      .slice(0, this.#at - 1)
      .trimEnd()
      .endsWith(',')
    return items.length === 1 && only !== undefined && !hasComma ? only : new PyTuple(items)
  }

  #dict(): PyDict {
    this.#expect('{')
    const entries = this.#items('}', () => {
      const key = this.#value()
      this.#expect(':')
      return [key, this.#value()] as const
    })
    return new PyDict(entries)
  }

  #signed(sign: string): Py {
    this.#at++
    const value = this.#value()
    if (typeof value === 'bigint') return sign === '-' ? -value : value
    if (typeof value === 'number') return sign === '-' ? -value : value
    throw new NoCalls()
  }

  #number(): Py {
    const digits = this.#match(NUMBER).replaceAll('_', '')
    if (/^\w/.test(this.#text.slice(this.#at))) throw new NoCalls()
    if (/^0[xob]/i.test(digits)) return BigInt(digits.toLowerCase())
    if (/[.eE]/.test(digits)) return Number(digits)
    if (/^0+[1-9]/.test(digits)) throw new NoCalls()
    return BigInt(digits)
  }

  #word(pattern = /[A-Za-z_]\w*/y): Py {
    const value = this.#words.get(this.#match(pattern))
    if (value === undefined) throw new NoCalls()
    return value
  }

  /** Texts next to each other are one. */
  #texts(): string {
    let text = ''
    do {
      text += this.#string()
      this.#skipSpace()
      QUOTE.lastIndex = this.#at
    } while (QUOTE.test(this.#text))
    return text
  }

  #string(): string {
    const [, prefix = '', quote = ''] = QUOTE_GROUPS.exec(this.#match(QUOTE)) ?? []
    if (/[bf]/i.test(prefix)) throw new NoCalls()
    const isRaw = /r/i.test(prefix)
    let text = ''
    while (!this.#text.startsWith(quote, this.#at)) text += this.#character(isRaw, quote.length === 3)
    this.#at += quote.length
    return text
  }

  #character(isRaw: boolean, isLong: boolean): string {
    const character = this.#text[this.#at]
    if (character === undefined || (character === '\n' && !isLong)) throw new NoCalls()
    if (character !== '\\') {
      this.#at++
      return character
    }
    return isRaw ? this.#match(/\\[\s\S]/y) : escapeOf(this.#match(ESCAPE))
  }

  /** Items up to the closing bracket; a comma may follow the last. */
  #items<T>(end: string, read: () => T): T[] {
    const items: T[] = []
    while (!this.#take(end)) {
      items.push(read())
      if (this.#take(end)) return items
      this.#expect(',')
    }
    return items
  }

  #take(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw new NoCalls()
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined) throw new NoCalls()
    this.#at += found.length
    return found
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0
  }
}

const QUOTE_GROUPS = /^(\w*)(\W+)$/
const ESCAPE = /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|\r\n|[^xuUN]|)/y
const SHORT: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\n': '',
  '\r\n': '',
}

/** The character of an escape; an unknown one represents itself, backslash included. */
function escapeOf(escaped: string): string {
  const rest = escaped.slice(1)
  if (rest === '') throw new NoCalls()
  const hex = /^[xuU]([\da-fA-F]+)$/.exec(rest)?.[1]
  if (hex !== undefined) return fromCodePoint(Number.parseInt(hex, 16))
  if (/^[0-7]+$/.test(rest)) return fromCodePoint(Number.parseInt(rest, 8))
  if (rest === '\\' || rest === "'" || rest === '"') return rest
  return SHORT[rest] ?? escaped
}

function fromCodePoint(code: number): string {
  if (code > 0x10ffff) throw new NoCalls()
  return String.fromCodePoint(code)
}
