import { hashOf } from '../../../core/data/hash.ts'
import { buildSearchIndex, type SearchIndex } from '../../../core/search/index.ts'

export interface Article {
  readonly title: string
  /** Its sentences, of which a list of hits shows the first. */
  readonly sentences: readonly string[]
}

/** A question with what answers it. */
export interface Question {
  readonly id: string
  readonly text: string
  /** Answers that are right, the first as it is said. */
  readonly answers: readonly [string, ...string[]]
  /** Positions of the articles that lead to the answer, in their order. */
  readonly chain: readonly number[]
}

/** Articles to search, and questions on them by split. */
export interface QuestionSet {
  readonly articles: readonly Article[]
  readonly questions: Readonly<Record<string, readonly Question[]>>
}

/** A question set with what is made of it once. */
export interface Corpus extends QuestionSet {
  readonly index: SearchIndex
  /** Position of the first article of a title, in lower case. */
  readonly titled: ReadonlyMap<string, number>
  readonly digest: string
}

export function openCorpus(set: QuestionSet): Corpus {
  const documents = set.articles.map((article, at) => ({ id: `${at}`.padStart(9, '0'), contents: textOf(article) }))
  const titled = new Map<string, number>()
  set.articles.forEach(({ title }, at) => {
    const key = title.toLowerCase()
    if (!titled.has(key)) titled.set(key, at)
  })
  return { ...set, index: buildSearchIndex(documents), titled, digest: hashOf(set) }
}

/** An article as it is searched and shown. */
export const textOf = ({ title, sentences }: Article): string => `${title}\n${sentences.join(' ')}`

/** Positions of the best articles for a query, best first. */
export const found = ({ index }: Corpus, query: string, most: number): readonly number[] =>
  index.search(query, most).map(({ ordinal }) => ordinal)
