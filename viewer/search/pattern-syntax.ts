import { GymError } from '../../core/data/errors.ts'

/** Whether a UTF-16 unit is one that is asked for. */
export type UnitTest = (unit: number) => boolean

/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: 'unit'; readonly test: UnitTest }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly least: number; readonly most: number }
  | { readonly kind: 'begin' | 'end' }

/** Most repetitions that are counted, and most parentheses within each other. */
const [MOST_COUNT, MOST_DEPTH] = [100, 32] as const

/**
 * Reads a regular expression: text, `.`, `[a-z]`, `\d \w \s` and their opposites, `* + ? {2,5}`, `|`, parentheses,
 * `^` and `$`. There are no back-references, no looking ahead and no lazy repetition: whether it matches is all that is
 * asked.
 * @throws GymError FRAME_INVALID
 */
export function parsePattern(pattern: string): PatternNode {
  const reader = new PatternReader(pattern.toLowerCase() === pattern ? pattern : lowered(pattern))
  return reader.whole()
}

/** In lower case, except what follows a backslash: `\D` is not `\d`. */
const lowered = (pattern: string): string =>
  pattern.replaceAll(/\\.|[^\\]+/gsu, (part) => (/^\\[DWS]$/.test(part) ? part : part.toLowerCase()))

const wrong = (what: string): GymError => new GymError('FRAME_INVALID', what)

class PatternReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): PatternNode {
    const node = this.#alternatives(0)
    if (this.#at < this.#text.length) throw wrong('a parenthesis of the pattern was not opened')
    return node
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #alternatives(depth: number): PatternNode {
    if (depth > MOST_DEPTH) throw wrong(`a pattern has at most ${MOST_DEPTH} parentheses within each other`)
    const parts = [this.#sequence(depth)]
    while (this.#takes('|')) parts.push(this.#sequence(depth))
    return { kind: 'any', parts }
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = []
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? '')) parts.push(this.#repeated(depth))
    return { kind: 'all', parts }
  }

  #repeated(depth: number): PatternNode {
    const part = this.#atom(depth)
    const range = this.#range()
    return range ? { kind: 'repeat', part, ...range } : part
  }

  #range(): { readonly least: number; readonly most: number } | null {
    if (this.#takes('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.#takes('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.#takes('?')) return { least: 0, most: 1 }
    const [whole, from, comma, to] = /^\{(\d{1,3})(,?)(\d{0,3})\}/.exec(this.#text.slice(this.#at)) ?? []
    if (whole === undefined) return null
    this.#at += whole.length
    const least = Number(from)
    const most = comma === '' ? least : to === '' ? Number.POSITIVE_INFINITY : Number(to)
    const isCounted = least <= MOST_COUNT && (most <= MOST_COUNT || most === Number.POSITIVE_INFINITY) && least <= most
    if (!isCounted) throw wrong(`repetitions of a pattern are counted from 0 to ${MOST_COUNT}`)
    return { least, most }
  }

  #atom(depth: number): PatternNode {
    const char = this.#text[this.#at++] ?? ''
    if (char === '(') return this.#group(depth)
    if (char === '[') return { kind: 'unit', test: this.#class() }
    if (char === '^') return { kind: 'begin' }
    if (char === '$') return { kind: 'end' }
    if (char === '.') return { kind: 'unit', test: (unit) => unit !== 0x0a && unit !== 0x0d }
    if ('*+?'.includes(char)) throw wrong(`there is nothing before ${char} in the pattern`)
    return { kind: 'unit', test: char === '\\' ? this.#escaped() : is(char) }
  }

  #group(depth: number): PatternNode {
    if (!this.#takes('?:') && this.#text[this.#at] === '?')
      throw wrong('a pattern has no parentheses that begin with ?')
    const node = this.#alternatives(depth + 1)
    if (!this.#takes(')')) throw wrong('a parenthesis of the pattern is not closed')
    return node
  }

  #escaped(): UnitTest {
    const char = this.#text[this.#at++]
    if (char === undefined) throw wrong('nothing follows the last backslash of the pattern')
    const known = CLASSES[char]
    if (known) return known
    if (/[a-z0-9]/i.test(char)) throw wrong(`\\${char} has no meaning in a pattern: it has \\d \\w \\s \\n \\t`)
    return is(char)
  }

  #class(): UnitTest {
    const isNegated = this.#takes('^')
    const tests: UnitTest[] = []
    while (!this.#takes(']')) tests.push(this.#classPart())
    return (unit) => tests.some((test) => test(unit)) !== isNegated
  }

  #classPart(): UnitTest {
    const char = this.#text[this.#at++]
    if (char === undefined) throw wrong('a [ of the pattern is not closed')
    if (char === '\\') return this.#escaped()
    const [, last] = /^-([^\]\\])/s.exec(this.#text.slice(this.#at)) ?? []
    if (last === undefined) return is(char)
    this.#at += 2
    const [from, to] = [char.charCodeAt(0), last.charCodeAt(0)]
    if (from > to) throw wrong(`${char}-${last} of the pattern is the wrong way round`)
    return (unit) => unit >= from && unit <= to
  }
}

const is = (char: string): UnitTest => {
  const wanted = char.charCodeAt(0)
  return (unit) => unit === wanted
}

const matching = (pattern: RegExp): UnitTest => {
  return (unit) => pattern.test(String.fromCharCode(unit))
}

const CLASSES: Readonly<Record<string, UnitTest>> = {
  d: matching(/\d/),
  D: matching(/\D/),
  w: matching(/\w/),
  W: matching(/\W/),
  s: matching(/\s/),
  S: matching(/\S/),
  n: is('\n'),
  t: is('\t'),
}
