import { porterStem } from './porter.ts'
import { forEachToken } from './tokenizer.ts'

const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to ' +
    'was will with'
  ).split(' '),
)

/**
 * The index terms of a text, in order, with repetitions.
 *
 * Equals the EnglishAnalyzer of Lucene 4.10.4 with its default stop words, the chain of Anserini's default analyzer:
 * StandardTokenizer, EnglishPossessiveFilter, LowerCaseFilter, StopFilter, PorterStemFilter. Takes any string.
 */
export function analyzeEnglish(text: string): string[] {
  const terms: string[] = []
  forEachToken(text, (start, end) => {
    const term = englishTerm(text.slice(start, end))
    if (term !== null) terms.push(term)
  })
  return terms
}

/** The index term of one token, or null for a stop word. */
export function englishTerm(token: string): string | null {
  const word = lowerCase(token.replace(/['\u2019\uff07][sS]$/, ''))
  return STOP_WORDS.has(word) ? null : porterStem(word)
}

/** Java's Character.toLowerCase a code point at a time: no final sigma, and one letter for a dotted capital I. */
const lowerCase = (word: string): string => word.replaceAll('\u0130', 'i').replaceAll('\u03a3', '\u03c3').toLowerCase()
