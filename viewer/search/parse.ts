import { GymError } from '../../core/data/errors.ts'

/** Comparisons of a field with a value; `:` is "contains" for texts and "equals" for numbers, `~` matches a pattern. */
export type Operator = ':' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '~'

const OPERATORS: readonly Operator[] = [':', '=', '!=', '<', '<=', '>', '>=', '~']

/** A condition on a step or an episode. */
export type Query =
  | { readonly kind: 'and'; readonly parts: readonly Query[] }
  | { readonly kind: 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | { readonly kind: 'word'; readonly text: string }
  | FieldTerm

/** A field, compared with a value. */
export interface FieldTerm {
  readonly kind: 'field'
  readonly field: string
  readonly operator: Operator
  readonly value: string
  /** Where it begins in the text, from 0. */
  readonly at: number
}

/** What a text asks for. */
export interface Search {
  /** Terms of which all must hold. */
  readonly terms: readonly Query[]
  /** Where each term begins and ends in the text. */
  readonly spans: readonly (readonly [from: number, to: number])[]
  /** Fields to sort by, the first one first. */
  readonly sort: readonly { readonly field: string; readonly isDescending: boolean }[]
}

interface Token {
  readonly kind: 'open' | 'close' | 'or' | 'not' | 'word' | 'field'
  readonly text: string
  readonly at: number
  readonly end: number
  readonly operator: Operator | null
  readonly value: string
}

/** Longest text, most words and fields in it, and most parentheses within each other. */
const [MOST_TEXT, MOST_TERMS, MOST_DEPTH] = [2000, 64, 32] as const

const TOKEN =
  /\s+|(?<open>\()|(?<close>\))|(?<or>or)(?=[\s)]|$)|(?<not>-)(?=["(\p{L}\w])|(?<field>[\p{L}\w][\p{L}\w.-]*)(?<operator>!=|<=|>=|[:=<>~])(?:"(?<quotedValue>[^"]*)"|(?<value>[^\s()"]+))|"(?<quoted>[^"]*)"|(?<word>[^\s()"]+)/uy

/**
 * Reads a search: words, `"several words"`, `field<value`, `-term`, `or`, parentheses, and `sort:field` or
 * `sort:-field`; terms beside each other must all hold.
 * @throws GymError FRAME_INVALID which says at which character, from 1
 */
export function parseSearch(text: string): Search {
  if (text.length > MOST_TEXT) throw invalid(MOST_TEXT, `a search has at most ${MOST_TEXT} characters`)
  const tokens = tokensOf(text)
  const isSort = ({ kind, text: field, operator }: Token): boolean =>
    kind === 'field' && field === 'sort' && operator === ':'
  const reader = new Reader(
    tokens.filter((token) => !isSort(token)),
    text.length,
  )
  const { terms, spans } = reader.whole()
  const sort = tokens.filter(isSort).map(({ value }) => ({
    field: value.replace(/^-/, ''),
    isDescending: value.startsWith('-'),
  }))
  return { terms, spans, sort }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw invalid(at, wrongAt(text, at))
    const token = tokenOf(match.groups ?? {}, at, TOKEN.lastIndex)
    if (token) tokens.push(token)
    if (tokens.filter(isTerm).length > MOST_TERMS) throw invalid(at, `a search has at most ${MOST_TERMS} terms`)
  }
  return tokens
}

const isTerm = ({ kind }: Token): boolean => kind === 'word' || kind === 'field'

const wrongAt = (text: string, at: number): string =>
  text[at] === '"' ? 'this quotation mark is not closed' : `${JSON.stringify(text[at])} has no meaning here`

function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number, end: number): Token | null {
  const { open, close, or, not, field, operator, quotedValue, value, quoted, word } = groups
  const base = { at, end, operator: null, value: '' }
  if (field !== undefined) {
    const known = OPERATORS.find((each) => each === operator) ?? ':'
    return { kind: 'field', text: field, at, end, operator: known, value: quotedValue ?? value ?? '' }
  }
  if (open) return { ...base, kind: 'open', text: '(' }
  if (close) return { ...base, kind: 'close', text: ')' }
  if (or) return { ...base, kind: 'or', text: 'or' }
  if (not) return { ...base, kind: 'not', text: '-' }
  const text = quoted ?? word
  return text === undefined ? null : { ...base, kind: 'word', text }
}

const invalid = (at: number, what: string): GymError => new GymError('FRAME_INVALID', `character ${at + 1}: ${what}`)

/** Reads tokens by the grammar, top down. */
class Reader {
  readonly #tokens: readonly Token[]
  readonly #end: number
  #at = 0

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens
    this.#end = end
  }

  whole(): Pick<Search, 'terms' | 'spans'> {
    const alternatives = this.#alternatives(0)
    const left = this.#peek()
    if (left) throw invalid(left.at, 'this parenthesis was not opened')
    const [only, ...others] = alternatives
    if (only && others.length === 0) return only
    const spans = [[0, this.#end]] as const
    const parts = alternatives.map(({ terms }) => allOf(terms))
    return alternatives.length === 0 ? { terms: [], spans: [] } : { terms: [{ kind: 'or', parts }], spans }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  /** Lists of terms, with `or` between them. */
  #alternatives(depth: number): readonly Pick<Search, 'terms' | 'spans'>[] {
    const first = this.#terms(depth)
    const all = [first]
    for (let or = this.#peek(); or?.kind === 'or'; or = this.#peek()) {
      if ((all.at(-1)?.terms.length ?? 0) === 0) throw invalid(or.at, 'there is nothing before this or')
      this.#at++
      const next = this.#terms(depth)
      if (next.terms.length === 0) throw invalid(or.at, 'there is nothing after this or')
      all.push(next)
    }
    return all
  }

  #terms(depth: number): Pick<Search, 'terms' | 'spans'> {
    const terms: Query[] = []
    const spans: (readonly [number, number])[] = []
    for (let token = this.#peek(); token && token.kind !== 'or' && token.kind !== 'close'; token = this.#peek()) {
      terms.push(this.#term(depth))
      spans.push([token.at, this.#tokens[this.#at - 1]?.end ?? token.end])
    }
    return { terms, spans }
  }

  #term(depth: number): Query {
    const token = this.#tokens[this.#at++]
    if (!token) throw invalid(this.#end, 'a term is missing at the end')
    if (token.kind === 'not') return { kind: 'not', part: this.#term(depth) }
    if (token.kind === 'word') return { kind: 'word', text: token.text }
    if (token.kind === 'open') return this.#group(token, depth + 1)
    if (token.kind !== 'field' || token.operator === null) throw invalid(token.at, 'a term is missing before this')
    return { kind: 'field', field: token.text, operator: token.operator, value: token.value, at: token.at }
  }

  #group({ at }: Token, depth: number): Query {
    if (depth > MOST_DEPTH) throw invalid(at, `at most ${MOST_DEPTH} parentheses within each other are read`)
    const alternatives = this.#alternatives(depth)
    if (this.#tokens[this.#at++]?.kind !== 'close') throw invalid(at, 'this parenthesis is not closed')
    const parts = alternatives.map(({ terms }) => allOf(terms))
    const [only, ...others] = parts
    return only && others.length === 0 ? only : { kind: 'or', parts }
  }
}

/** All of some terms as one. */
export const allOf = (terms: readonly Query[]): Query => {
  const [only, ...others] = terms
  return only && others.length === 0 ? only : { kind: 'and', parts: terms }
}
