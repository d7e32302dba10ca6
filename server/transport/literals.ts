import type { Json } from '../../core/data/types.ts'

/**
 * Texts as JSON literals: pages that are shown again and again cost one look-up. A text is kept from its second sight
 * on, so that pages which never come again do not fill the store and keep the garbage collector busy.
 */
export class Literals {
  readonly #budget: number
  readonly #byText = new Map<string, string>()
  /** Samples of texts met lately, one a place; a later one takes the place of an earlier. */
  readonly #met = new Uint32Array(MET_PLACES)
  #characters = 0

  /** @param budget characters kept, texts and literals together; the oldest go first */
  constructor(budget = 2 ** 25) {
    this.#budget = budget
  }

  of(text: string): string {
    if (!this.#isMetAgain(text)) return literalOf(text)
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const literal = literalOf(text)
    this.#keep(text, literal)
    return literal
  }

  /** A guess from a sample, cheaper than looking a long text up: where it errs, a text is encoded or kept too early. */
  #isMetAgain(text: string): boolean {
    const sample = sampleOf(text)
    const place = sample % MET_PLACES
    const isMet = this.#met[place] === sample
    this.#met[place] = sample
    return isMet
  }

  #keep(text: string, literal: string): void {
    this.#byText.set(text, literal)
    this.#characters += text.length + literal.length
    for (const [old, oldLiteral] of this.#byText) {
      if (this.#characters <= this.#budget) return
      this.#byText.delete(old)
      this.#characters -= old.length + oldLiteral.length
    }
  }
}

/** Control characters, quotes and backslashes, which JSON escapes, and surrogates, which it does where they are alone. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** Most texts can stand as they are: to find that out takes half as long as to have them written. */
const literalOf = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`)

/** Environments that list the same actions again mostly give the same list. */
const knownActions = new WeakMap<readonly Json[], string>()

export function actionsJson(actions: readonly Json[] | null): string {
  if (actions === null || !Object.isFrozen(actions)) return JSON.stringify(actions)
  const known = knownActions.get(actions) ?? JSON.stringify(actions)
  knownActions.set(actions, known)
  return known
}

const MET_PLACES = 2 ** 14
const SAMPLED = 48

/** 32 bits of the length, the beginning, the end, and characters in between; never 0, which is an empty place. */
function sampleOf(text: string): number {
  let sample = text.length
  const stride = Math.max(1, Math.floor(text.length / SAMPLED))
  for (let i = 0; i < SAMPLED && i < text.length; i++) {
    sample = Math.imul(sample ^ text.charCodeAt(i), 0x9e3779b1)
    sample = Math.imul(sample ^ text.charCodeAt(text.length - 1 - i), 0x85ebca6b)
    sample = Math.imul(sample ^ text.charCodeAt(i * stride), 0xc2b2ae35)
  }
  return (sample ^ (sample >>> 15)) >>> 0 || 1
}
