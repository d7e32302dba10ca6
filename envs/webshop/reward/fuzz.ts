import { sequenceMatcherRatio } from '../../../core/cpython/difflib.ts'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import { compareCodePoints, pythonLower, pythonSplit, replaceNonWord } from '../../../core/cpython/text.ts'
import { PythonTuple } from '../../../core/cpython/value.ts'
import { memoise } from './memo.ts'

/** How alike two texts are, from 0 to 1. */
export type Similarity = (a: string, b: string) => number

/**
 * `thefuzz.fuzz.ratio` of thefuzz 0.19.0: 0 to 100, halves rounded to even. The reference similarity is difflib's;
 * where python-Levenshtein is installed, thefuzz takes that one's.
 */
export function fuzzRatio(a: string, b: string, similarity: Similarity = sequenceMatcherRatio): number {
  if (a === b) return 100
  return a === '' || b === '' ? 0 : roundHalfEven(100 * similarity(a, b))
}

/**
 * `thefuzz.fuzz.token_set_ratio` of thefuzz 0.19.0, 0 to 100: the best ratio among the common words, the words of a,
 * and the words of b, each without repetition and sorted. A tuple is compared as its `str`.
 */
export function tokenSetRatio(
  a: string | PythonTuple,
  b: string | PythonTuple,
  similarity: Similarity = sequenceMatcherRatio,
): number {
  const tokensA = tokensOf(textOf(a))
  const tokensB = tokensOf(textOf(b))
  if (tokensA.size === 0 || tokensB.size === 0) return 0
  const common = [...tokensA].filter((token) => tokensB.has(token))
  const onlyA = [...tokensA].filter((token) => !tokensB.has(token))
  const onlyB = [...tokensB].filter((token) => !tokensA.has(token))
  const shared = common.join(' ')
  const allOfA = [...common, ...onlyA].join(' ')
  const allOfB = [...common, ...onlyB].join(' ')
  return Math.max(
    fuzzRatio(shared, allOfA, similarity),
    fuzzRatio(shared, allOfB, similarity),
    fuzzRatio(allOfA, allOfB, similarity),
  )
}

const MATCH_ABOVE = 85
const REMEMBERED_TEXTS = 16_384
const REMEMBERED_WANTED = 2048
const REMEMBERED_PURCHASED = 64

/** WebShop's test of an attribute or option: `token_set_ratio` above 85. Remembers the pairs asked for last. */
export const isFuzzyMatch = (purchased: string | PythonTuple, wanted: string | PythonTuple): boolean =>
  matcherOf(textOf(wanted))(textOf(purchased))

const matcherOf = memoise(REMEMBERED_WANTED, (wanted: string) =>
  memoise(REMEMBERED_PURCHASED, (purchased: string) => tokenSetRatio(purchased, wanted) > MATCH_ABOVE),
)

/** Words of the text as thefuzz sees them: without U+0080 to U+00FF, lower-case, sorted, none twice. */
const tokensOf = memoise(REMEMBERED_TEXTS, (text: string): ReadonlySet<string> => {
  const processed = pythonLower(replaceNonWord(text.replace(/[\x80-\xff]/g, '')))
  return new Set(pythonSplit(processed).sort(compareCodePoints))
})

const textOf = (text: string | PythonTuple): string => (text instanceof PythonTuple ? pythonRepr(text) : text)

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
