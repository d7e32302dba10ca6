import { canonicalJson } from '../hash.ts'
import { pythonEqualityKey } from '../python/equality.ts'

/** Which values are one: `exact` as JSON; `python` as Python's `==` has it after verl-agent's `to_hashable`. */
export type Equality = 'exact' | 'python'

/** Numbers equal values alike, from 0 on in order of first appearance. */
export class Interner {
  readonly #texts = new Map<string, number>()
  readonly #others = new Map<string, number>()
  readonly #values: (string | null)[] = []
  readonly #keyOf: (value: unknown) => string
  #lastText: string | undefined
  #lastId = 0

  constructor(equality: Equality = 'exact') {
    this.#keyOf = equality === 'python' ? pythonEqualityKey : canonicalJson
  }

  /** Texts by number; null for what is no text. */
  get texts(): readonly (string | null)[] {
    return this.#values
  }

  idOf(value: unknown): number {
    if (typeof value !== 'string') return this.#numbered(this.#others, this.#keyOf(value), null)
    if (value !== this.#lastText) {
      this.#lastId = this.#numbered(this.#texts, value, value)
      this.#lastText = value
    }
    return this.#lastId
  }

  #numbered(ids: Map<string, number>, key: string, text: string | null): number {
    const known = ids.get(key)
    if (known !== undefined) return known
    const id = this.#values.length
    this.#values.push(text)
    ids.set(key, id)
    return id
  }
}
