import { analyzeEnglish } from './analyzer.ts'
import { inverseDocumentFrequency, inverseNorms, termScore } from './bm25.ts'
import { type Postings, PostingsBuilder } from './postings.ts'
import { rankStrings } from './rank-strings.ts'
import { type QueryTerm, ScoreSums } from './score-sums.ts'
import { TopHits } from './top-hits.ts'

export interface SearchDocument {
  readonly id: string
  readonly contents: string
}

export interface Hit {
  readonly id: string
  /** Position of the document among those the index was built from. */
  readonly ordinal: number
  /** BM25, a float32 value above 0. */
  readonly score: number
}

export interface SearchIndex {
  /** Number of documents. */
  readonly size: number
  /** The best `k` documents with a term of the query, best first; of equal scores the lower id comes first. */
  search(query: string, k: number): readonly Hit[]
}

/**
 * An index that ranks as pyserini's LuceneSearcher does with its default analyzer and BM25 (k1 = 0.9, b = 0.4).
 *
 * Scores are those of Lucene 9 to the last bit: float32 term scores, summed in double precision, rounded to float32.
 * Documents are read once, in order, and only their ids are kept. All of them count, those without any term too.
 */
export function buildSearchIndex(documents: Iterable<SearchDocument>): SearchIndex {
  const builder = new PostingsBuilder()
  const ids: string[] = []
  for (const { id, contents } of documents) {
    ids.push(id)
    builder.add(contents)
  }
  return new BM25Index(ids, builder.build())
}

class BM25Index implements SearchIndex {
  readonly size: number
  readonly #ids: readonly string[]
  readonly #rankOf: Uint32Array
  readonly #postings: Postings
  readonly #highestStrengths: Float32Array
  readonly #sums: ScoreSums

  constructor(ids: readonly string[], postings: Postings) {
    const strengths = strengthsOf(postings, ids.length)
    this.size = ids.length
    this.#ids = ids
    this.#rankOf = rankStrings(ids)
    this.#postings = postings
    this.#highestStrengths = highestStrengthsOf(postings, strengths)
    this.#sums = new ScoreSums(ids.length, postings, strengths)
  }

  search(query: string, k: number): readonly Hit[] {
    const capacity = Math.floor(Math.min(k, this.size))
    if (!(capacity >= 1)) return []
    this.#sumScores(this.#termsOf(query), capacity)
    const best = this.#bestSoFar(capacity)
    this.#sums.clear()
    return best.drain((ordinal, score) => ({ id: this.#ids[ordinal] ?? '', ordinal, score }))
  }

  /**
   * Adds term by term, those that can give most first. As soon as the terms to come cannot lift a new document among the
   * best, they are only added to the documents that can still get there; no score of a hit changes by that.
   *
   * Source: the MaxScore strategy of H. Turtle and J. Flood, "Query evaluation: strategies and optimizations", 1995.
   */
  #sumScores(terms: readonly QueryTerm[], capacity: number): void {
    let threshold = Number.NEGATIVE_INFINITY
    for (const [index, term] of terms.entries()) {
      const rest = terms.slice(index)
      const atMost = rest.reduce((sum, { upperBound }) => sum + upperBound, 0)
      if (this.#sums.size >= capacity && this.#sums.size < postingCount(rest))
        threshold = this.#bestSoFar(capacity).threshold
      if (Math.fround(atMost) >= threshold) this.#sums.add(term)
      else {
        this.#sums.retain(threshold, atMost)
        this.#sums.addToKnown(term)
      }
    }
  }

  #bestSoFar(capacity: number): TopHits {
    const best = new TopHits(capacity, this.#rankOf)
    this.#sums.offerTo(best)
    return best
  }

  #termsOf(query: string): readonly QueryTerm[] {
    const boosts = new Map<number, number>()
    for (const term of analyzeEnglish(query)) {
      const ordinal = this.#postings.termOrdinals.get(term)
      if (ordinal !== undefined) boosts.set(ordinal, (boosts.get(ordinal) ?? 0) + 1)
    }
    const terms = Array.from(boosts, ([ordinal, boost]) => this.#queryTerm(ordinal, boost))
    return terms.sort((left, right) => right.upperBound - left.upperBound)
  }

  #queryTerm(ordinal: number, boost: number): QueryTerm {
    const first = this.#postings.offsets[ordinal] ?? 0
    const last = this.#postings.offsets[ordinal + 1] ?? 0
    const weight = Math.fround(boost * inverseDocumentFrequency(this.size, last - first))
    return { first, last, weight, upperBound: termScore(weight, this.#highestStrengths[ordinal] ?? 0) }
  }
}

const postingCount = (terms: readonly QueryTerm[]): number =>
  terms.reduce((count, { first, last }) => count + last - first, 0)

function strengthsOf({ impacts, totalLength }: Postings, documentCount: number): Float32Array {
  const norms = inverseNorms(totalLength / documentCount)
  return Float32Array.from(impacts, ({ frequency, lengthByte }) => frequency * (norms[lengthByte] ?? 0))
}

function highestStrengthsOf({ offsets, impactCodes }: Postings, strengths: Float32Array): Float32Array {
  const highest = new Float32Array(offsets.length - 1)
  for (let term = 0; term < highest.length; term++) {
    let best = 0
    const last = offsets[term + 1] ?? 0
    for (let at = offsets[term] ?? 0; at < last; at++) best = Math.max(best, strengths[impactCodes[at] ?? 0] ?? 0)
    highest[term] = best
  }
  return highest
}
