import { analyzeEnglish } from './analyzer.ts'
import { inverseDocumentFrequency, inverseNorms, termScore } from './bm25.ts'
import { type Postings, PostingsBuilder } from './postings.ts'
import { rankStrings } from './rank-strings.ts'
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
  private readonly ids: readonly string[]
  private readonly rankOf: Uint32Array
  private readonly postings: Postings
  private readonly inverseNorms: Float32Array
  private readonly sums: Float64Array
  private readonly touched: Uint32Array

  constructor(ids: readonly string[], postings: Postings) {
    this.size = ids.length
    this.ids = ids
    this.rankOf = rankStrings(ids)
    this.postings = postings
    this.inverseNorms = inverseNorms(postings.totalLength / ids.length)
    this.sums = new Float64Array(ids.length)
    this.touched = new Uint32Array(ids.length)
  }

  search(query: string, k: number): readonly Hit[] {
    const capacity = Math.min(k, this.size)
    if (!(capacity >= 1)) return []
    let touched = 0
    for (const [term, boost] of this.termsOf(query)) touched = this.addScores(term, boost, touched)
    return this.takeBest(touched, Math.floor(capacity))
  }

  private termsOf(query: string): ReadonlyMap<number, number> {
    const boosts = new Map<number, number>()
    for (const term of analyzeEnglish(query)) {
      const ordinal = this.postings.termOrdinals.get(term)
      if (ordinal !== undefined) boosts.set(ordinal, (boosts.get(ordinal) ?? 0) + 1)
    }
    return boosts
  }

  private addScores(term: number, boost: number, alreadyTouched: number): number {
    const { offsets, documents, frequencies, lengthBytes } = this.postings
    const { inverseNorms: norms, sums, touched } = this
    const first = offsets[term] ?? 0
    const last = offsets[term + 1] ?? 0
    const weight = Math.fround(boost * inverseDocumentFrequency(this.size, last - first))
    let count = alreadyTouched
    for (let at = first; at < last; at++) {
      const document = documents[at] ?? 0
      const sum = sums[document] ?? 0
      if (sum === 0) touched[count++] = document
      sums[document] = sum + termScore(weight, frequencies[at] ?? 0, norms[lengthBytes[document] ?? 0] ?? 0)
    }
    return count
  }

  private takeBest(count: number, capacity: number): readonly Hit[] {
    const best = new TopHits(capacity, this.rankOf)
    for (let at = 0; at < count; at++) {
      const document = this.touched[at] ?? 0
      const score = Math.fround(this.sums[document] ?? 0)
      this.sums[document] = 0
      if (score >= best.threshold) best.offer(document, score)
    }
    return best.drain((ordinal, score) => ({ id: this.ids[ordinal] ?? '', ordinal, score }))
  }
}
