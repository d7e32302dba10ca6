import { Unsupported } from './syntax.ts'
import type { Token } from './tokens.ts'

const KEYWORDS = new Set(
  'and break continue def elif else for from if import in lambda not or pass return while'.split(' '),
)

/** Tokens that are taken one after the other. */
export class TokenCursor {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  protected get token(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new Unsupported('the source ends too early')
    return token
  }

  /** Where the last token that was taken ends. */
  protected get last(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  protected is(text: string): boolean {
    const { kind, text: own } = this.token
    return own === text && (kind === 'operator' || kind === 'name')
  }

  protected take(): Token {
    const token = this.token
    this.#at++
    return token
  }

  protected takeIf(text: string): boolean {
    const isIt = this.is(text)
    if (isIt) this.#at++
    return isIt
  }

  protected expect(text: string): void {
    if (!this.takeIf(text)) throw new Unsupported(`${JSON.stringify(this.token.text)} in place of ${text}`)
  }

  protected kind(kind: Token['kind']): Token {
    if (this.token.kind !== kind) throw new Unsupported(`${JSON.stringify(this.token.text)} in place of ${kind}`)
    return this.take()
  }

  protected name(): string {
    const { text } = this.kind('name')
    if (KEYWORDS.has(text)) throw new Unsupported(`the word ${text} as a name`)
    return text
  }
}
