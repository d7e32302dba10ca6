import { cut } from '../../core/data/shown.ts'

/** A text that can be searched, with its name. */
export interface Passage {
  readonly name: string
  readonly text: string
}

/** Characters of one passage. */
const LENGTH = 600

/** A text in pieces of a few hundred characters that end between words. */
export const passagesOf = (name: string, text: string): readonly Passage[] =>
  (text.match(new RegExp(`[\\s\\S]{1,${LENGTH}}(?=\\s|$)|[\\s\\S]{1,${LENGTH}}`, 'g')) ?? []).map((piece, at) => ({
    name: `${name}, part ${at + 1}`,
    text: piece.trim(),
  }))

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/**
 * Passages that share words with a query, best first: the sum over its words of log(1 + passages / those with the word),
 * a word counted once. Equal ones in their order.
 */
export function search(passages: readonly Passage[], query: string, most: number): readonly Passage[] {
  const words = passages.map(({ text }) => new Set(wordsOf(text)))
  const rarity = (word: string): number => {
    const having = words.filter((each) => each.has(word)).length
    return having === 0 ? 0 : Math.log(1 + passages.length / having)
  }
  const asked = [...new Set(wordsOf(cut(query, 1000)))].map((word) => [word, rarity(word)] as const)
  return passages
    .map((passage, at) => ({
      passage,
      score: asked.reduce((sum, [word, weight]) => sum + (words[at]?.has(word) ? weight : 0), 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ passage }) => passage)
}
