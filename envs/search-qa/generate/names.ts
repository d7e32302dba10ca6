import type { Rng } from '../../../core/data/rng.ts'

const ONSETS = [
  'b',
  'br',
  'd',
  'dr',
  'f',
  'g',
  'h',
  'k',
  'kr',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  'st',
  't',
  'v',
  'z',
] as const
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ae', 'ia', 'or', 'el', 'an'] as const
const CODAS = ['n', 'r', 'l', 'm', 's', 'th', 'nd', 'x', ''] as const

/** Invented words: none is in what a model has read, and none is used twice. */
export class Names {
  readonly #rng: Rng
  readonly #used = new Set<string>()

  constructor(rng: Rng) {
    this.#rng = rng
  }

  /** A new word, with an upper-case letter first. */
  word(ending = ''): string {
    for (;;) {
      const made = `${this.#syllable()}${this.#syllable()}${this.#rng.choice(CODAS)}${ending}`
      if (this.#used.has(made)) continue
      this.#used.add(made)
      return made.slice(0, 1).toUpperCase() + made.slice(1)
    }
  }

  #syllable = (): string => `${this.#rng.choice(ONSETS)}${this.#rng.choice(VOWELS)}`
}
