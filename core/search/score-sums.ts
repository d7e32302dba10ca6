import { termScore } from './bm25.ts'
import type { Postings } from './postings.ts'
import type { TopHits } from './top-hits.ts'

/** The postings of one query term: positions `first` to `last - 1`. */
export interface QueryTerm {
  readonly first: number
  readonly last: number
  /** Inverse document frequency times occurrences in the query, float32. */
  readonly weight: number
  /** No document gets a higher score from this term. */
  readonly upperBound: number
}

/** A binary search costs about as much as reading this many postings in a row. */
const POSTINGS_PER_PROBE = 32

const UNTOUCHED = -1

/** Sums of term scores by document, in double precision; made once an index and empty between queries. */
export class ScoreSums {
  readonly #postings: Postings
  readonly #strengths: Float32Array
  readonly #sums: Float64Array
  readonly #touched: Uint32Array
  #count = 0

  /** `strengths[code]` is frequency times inverse norm of the impact with that code. */
  constructor(documentCount: number, postings: Postings, strengths: Float32Array) {
    this.#postings = postings
    this.#strengths = strengths
    this.#sums = new Float64Array(documentCount).fill(UNTOUCHED)
    this.#touched = new Uint32Array(documentCount)
  }

  /** How many documents have a sum. */
  get size(): number {
    return this.#count
  }

  /** Adds a term's scores to all documents that have it. */
  add({ first, last, weight }: QueryTerm): void {
    const { documents, impactCodes } = this.#postings
    const strengths = this.#strengths
    const sums = this.#sums
    const touched = this.#touched
    let count = this.#count
    for (let at = first; at < last; at++) {
      const document = documents[at] ?? 0
      const sum = sums[document] ?? 0
      const score = termScore(weight, strengths[impactCodes[at] ?? 0] ?? 0)
      if (sum < 0) {
        touched[count++] = document
        sums[document] = score
      } else sums[document] = sum + score
    }
    this.#count = count
  }

  /** Adds a term's scores to the documents that have a sum already. */
  addToKnown(term: QueryTerm): void {
    if (this.#count * POSTINGS_PER_PROBE < term.last - term.first) this.#probe(term)
    else this.#scan(term)
  }

  /** Forgets the documents that stay below `threshold` even with `atMost` added. */
  retain(threshold: number, atMost: number): void {
    const sums = this.#sums
    const touched = this.#touched
    let kept = 0
    for (let index = 0; index < this.#count; index++) {
      const document = touched[index] ?? 0
      if (Math.fround((sums[document] ?? 0) + atMost) >= threshold) touched[kept++] = document
      else sums[document] = UNTOUCHED
    }
    this.#count = kept
  }

  offerTo(best: TopHits): void {
    const sums = this.#sums
    const touched = this.#touched
    for (let index = 0; index < this.#count; index++) {
      const document = touched[index] ?? 0
      const score = Math.fround(sums[document] ?? 0)
      if (score >= best.threshold) best.offer(document, score)
    }
  }

  clear(): void {
    for (let index = 0; index < this.#count; index++) this.#sums[this.#touched[index] ?? 0] = UNTOUCHED
    this.#count = 0
  }

  #scan({ first, last, weight }: QueryTerm): void {
    const { documents, impactCodes } = this.#postings
    const strengths = this.#strengths
    const sums = this.#sums
    for (let at = first; at < last; at++) {
      const document = documents[at] ?? 0
      const sum = sums[document] ?? 0
      if (sum >= 0) sums[document] = sum + termScore(weight, strengths[impactCodes[at] ?? 0] ?? 0)
    }
  }

  #probe({ first, last, weight }: QueryTerm): void {
    const { documents, impactCodes } = this.#postings
    const strengths = this.#strengths
    const sums = this.#sums
    const touched = this.#touched
    for (let index = 0; index < this.#count; index++) {
      const document = touched[index] ?? 0
      const at = firstAtLeast(documents, first, last, document)
      if (at < last && documents[at] === document)
        sums[document] = (sums[document] ?? 0) + termScore(weight, strengths[impactCodes[at] ?? 0] ?? 0)
    }
  }
}

/** Where the first value not below `value` stands among the ascending ones from `first` to `last - 1`; else `last`. */
function firstAtLeast(ascending: Uint32Array, first: number, last: number, value: number): number {
  let low = first
  let high = last
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
