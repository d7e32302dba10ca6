import { PythonError } from './python-error.ts'

/** An arithmetic expression of Python: numbers, `()`, signs, operators and calls (which fail when evaluated). */
export type Expression =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'tuple' }
  | { readonly kind: 'sign'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly callee: Expression; readonly argument: Expression | null }

/**
 * Parses digits, + - * / ( ) . and spaces as CPython 3.11 does.
 * @throws PythonError with CPython's text of the SyntaxError
 */
export const parseExpression = (source: string): Expression => new Parser(tokensOf(source)).parse()

const syntaxError = (text: string, line = 1): PythonError => new PythonError(`${text} (<string>, line ${line})`)

const INVALID = syntaxError('invalid syntax')

interface Token {
  readonly text: string
  /** Open brackets after this token. */
  readonly level: number
}

const TOKEN = /\s*(\d+\.\d*|\.\d+|\d+|\*\*|\/\/|[-+*/()]|\.)/y
/** CPython's own bound. */
const MAX_LEVEL = 200
const MAX_DEPTH = 2000

interface Tokens {
  readonly list: readonly Token[]
  /** The tokenizer's first complaint, which goes before those of the parser. */
  readonly error: PythonError | null
}

function tokensOf(expression: string): Tokens {
  const list: Token[] = []
  const source = expression.trim()
  let level = 0
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length; ) {
    const text = TOKEN.exec(source)?.[1] ?? ''
    if (text === '(') level++
    if (text === ')') level--
    const error = tokenErrorOf(text, level)
    if (error) return { list, error }
    list.push({ text, level })
  }
  return { list, error: null }
}

function tokenErrorOf(text: string, level: number): PythonError | null {
  if (level < 0) return syntaxError("unmatched ')'")
  if (level >= MAX_LEVEL) return syntaxError('too many nested parentheses')
  return /^0\d*[1-9]\d*$/.test(text) ? syntaxError(LEADING_ZEROS) : null
}

const LEADING_ZEROS = 'leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers'

/** Recursive descent by Python's precedence: sum, product, sign, power, call, atom. */
class Parser {
  readonly #tokens: Tokens
  #at = 0
  #depth = 0

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  parse(): Expression {
    if (this.#tokens.list.length === 0) throw this.#tokens.error ?? syntaxError('invalid syntax', 0)
    const parsed = this.#sum()
    if (this.#token !== undefined || this.#tokens.error) throw this.#invalid()
    return parsed
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product())
  }

  #product(): Expression {
    return this.#chain(['*', '/', '//'], () => this.#sign())
  }

  #chain(operators: readonly string[], next: () => Expression): Expression {
    let left = next()
    for (let operator = this.#take(...operators); operator !== null; operator = this.#take(...operators))
      left = { kind: 'binary', operator, left, right: next() }
    return left
  }

  #sign(): Expression {
    const operator = this.#take('+', '-')
    return operator === null ? this.#power() : { kind: 'sign', operator, operand: this.#nested(() => this.#sign()) }
  }

  #power(): Expression {
    const left = this.#call()
    if (this.#take('**') === null) return left
    return { kind: 'binary', operator: '**', left, right: this.#nested(() => this.#sign()) }
  }

  #call(): Expression {
    let callee = this.#atom()
    while (this.#take('(') !== null) callee = { kind: 'call', callee, argument: this.#inBrackets() }
    return callee
  }

  #atom(): Expression {
    if (this.#take('(') !== null) return this.#inBrackets() ?? { kind: 'tuple' }
    const text = this.#token?.text ?? ''
    if (!/\d/.test(text)) throw this.#invalid()
    this.#at++
    return text.includes('.') ? { kind: 'float', value: Number(text) } : { kind: 'int', value: BigInt(text) }
  }

  /** After an opening bracket: what it holds, up to its end; null where that is nothing. */
  #inBrackets(): Expression | null {
    if (this.#take(')') !== null) return null
    const inner = this.#nested(() => this.#sum())
    if (this.#take(')') === null) throw this.#invalid()
    return inner
  }

  /** CPython reads on after two operands side by side: in brackets a comma lacks, at the end of the text a bracket. */
  #invalid(): PythonError {
    if (this.#tokens.error) return this.#tokens.error
    if (this.#token === undefined) return this.#unfinished()
    const before = this.#tokens.list[this.#at - 1]
    if (before === undefined || !/[\d).]$/.test(before.text) || !/\d/.test(this.#token.text)) return INVALID
    return this.#adjacent()
  }

  #adjacent(): PythonError {
    try {
      this.#sum()
    } catch {
      return this.#token === undefined ? this.#unfinished() : INVALID
    }
    if (this.#token === undefined) return this.#unfinished()
    return this.#level > 0 ? syntaxError('invalid syntax. Perhaps you forgot a comma?') : INVALID
  }

  #unfinished(): PythonError {
    return this.#level > 0 ? syntaxError("'(' was never closed") : INVALID
  }

  /** Open brackets after the last token that was read. */
  get #level(): number {
    return this.#tokens.list[this.#at - 1]?.level ?? 0
  }

  get #token(): Token | undefined {
    return this.#tokens.list[this.#at]
  }

  #take(...wanted: readonly string[]): string | null {
    const text = this.#token?.text
    if (text === undefined || !wanted.includes(text)) return null
    this.#at++
    return text
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#depth > MAX_DEPTH) throw new PythonError('maximum recursion depth exceeded during compilation')
    const parsed = parse()
    this.#depth--
    return parsed
  }
}
