import { pythonEqualityKey } from '../cpython/equality.ts'
import { canonicalJson } from '../data/hash.ts'
import { TextNumbers } from './texts.ts'

/** Which values are one: `exact` as JSON; `python` as Python's `==` has it after verl-agent's `to_hashable`. */
export type Equality = 'exact' | 'python'

/** Numbers equal values alike, from 0 on in order of first appearance. A text equals nothing but texts. */
export class Interner {
  readonly #texts = new TextNumbers()
  readonly #others = new TextNumbers()
  readonly #values: (string | null)[] = []
  readonly #idOfText: number[] = []
  readonly #idOfOther: number[] = []
  readonly #keyOf: (value: unknown) => string
  #lastText: string | undefined
  #lastId = 0

  constructor(equality: Equality = 'exact') {
    this.#keyOf = equality === 'python' ? pythonEqualityKey : canonicalJson
  }

  /** Texts by number; null for anything that is not a text. */
  get texts(): readonly (string | null)[] {
    return this.#values
  }

  idOf(value: unknown): number {
    if (typeof value !== 'string')
      return this.#numbered(this.#idOfOther, this.#others.numberOf(this.#keyOf(value)), null)
    if (value !== this.#lastText) {
      this.#lastId = this.#numbered(this.#idOfText, this.#texts.numberOf(value), value)
      this.#lastText = value
    }
    return this.#lastId
  }

  #numbered(ids: number[], number: number, text: string | null): number {
    const known = ids[number]
    if (known !== undefined) return known
    const id = this.#values.push(text) - 1
    ids[number] = id
    return id
  }
}
