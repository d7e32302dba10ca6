import type { Tagger } from '../../../envs/webshop/reward/nouns.ts'

/** Words that the reference vectors' tagger does not count as nouns. */
const NO_NOUNS: ReadonlySet<string> = new Set(
  'the and for with from this that into are was its our your you'.split(' '),
)
const TOKENS = /[\p{L}\p{N}_]+/gu
const LETTERS = /^[a-z]{3,}$/i

/** The tagger the reference vectors were made with: every word of three or more ASCII letters, except a few. */
export const stubTagger: Tagger = {
  nounsOf: (text) =>
    [...text.matchAll(TOKENS)]
      .map(([token]) => token.toLowerCase())
      .filter((word) => LETTERS.test(word) && !NO_NOUNS.has(word)),
}
