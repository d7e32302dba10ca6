import { englishTerm } from './analyzer.ts'
import { encodeLength } from './bm25.ts'
import { forEachToken } from './tokenizer.ts'
import { VarintLog } from './varint-log.ts'

/** Occurrences of every term in compressed sparse rows: those of term t are at `offsets[t]` to `offsets[t + 1] - 1`. */
export interface Postings {
  readonly termOrdinals: ReadonlyMap<string, number>
  readonly offsets: Uint32Array
  /** Documents of a term, ascending. */
  readonly documents: Uint32Array
  /** How often the term occurs there, in the narrowest array that holds the highest of them. */
  readonly frequencies: Uint8Array | Uint16Array | Uint32Array
  /** Norm byte of each document's length. */
  readonly lengthBytes: Uint8Array
  /** Terms of all documents together, repetitions counted. */
  readonly totalLength: number
}

const STOP_WORD = -1

/** First pass: reads documents one by one and keeps, of each, only what terms it has and how often. */
export class PostingsBuilder {
  private readonly termOrdinals = new Map<string, number>()
  private readonly ordinalOfToken = new Map<string, number>()
  private readonly log = new VarintLog()
  private readonly documentFrequencies: number[] = []
  private readonly frequencies: number[] = []
  private readonly lengthBytes: number[] = []
  private totalLength = 0
  private highestFrequency = 0

  add(contents: string): void {
    const terms: number[] = []
    let length = 0
    forEachToken(contents, (start, end) => {
      const term = this.ordinalOf(contents.slice(start, end))
      if (term === STOP_WORD) return
      length++
      const frequency = (this.frequencies[term] ?? 0) + 1
      this.frequencies[term] = frequency
      if (frequency === 1) terms.push(term)
    })
    this.lengthBytes.push(encodeLength(length))
    this.totalLength += length
    this.keep(terms)
  }

  /** Second pass: from the terms of each document to the documents of each term. */
  build(): Postings {
    const offsets = prefixSums(this.documentFrequencies)
    const next = offsets.slice(0, -1)
    const size = offsets.at(-1) ?? 0
    const documents = new Uint32Array(size)
    const frequencies = countersUpTo(this.highestFrequency, size)
    const read = this.log.reader()
    for (let document = 0; document < this.lengthBytes.length; document++)
      for (let terms = read(); terms > 0; terms--) {
        const term = read()
        const at = next[term] ?? 0
        next[term] = at + 1
        documents[at] = document
        frequencies[at] = read()
      }
    const { termOrdinals, totalLength } = this
    return {
      termOrdinals,
      offsets,
      documents,
      frequencies,
      lengthBytes: Uint8Array.from(this.lengthBytes),
      totalLength,
    }
  }

  private keep(terms: readonly number[]): void {
    this.log.append(terms.length)
    for (const term of terms) {
      const frequency = this.frequencies[term] ?? 0
      this.frequencies[term] = 0
      this.log.append(term)
      this.log.append(frequency)
      this.documentFrequencies[term] = (this.documentFrequencies[term] ?? 0) + 1
      if (frequency > this.highestFrequency) this.highestFrequency = frequency
    }
  }

  private ordinalOf(token: string): number {
    const known = this.ordinalOfToken.get(token)
    if (known !== undefined) return known
    const term = englishTerm(token)
    const ordinal = term === null ? STOP_WORD : this.ordinalOfTerm(term)
    this.ordinalOfToken.set(token, ordinal)
    return ordinal
  }

  private ordinalOfTerm(term: string): number {
    const known = this.termOrdinals.get(term)
    if (known !== undefined) return known
    this.termOrdinals.set(term, this.termOrdinals.size)
    return this.termOrdinals.size - 1
  }
}

function prefixSums(counts: readonly number[]): Uint32Array {
  const sums = new Uint32Array(counts.length + 1)
  counts.forEach((count, index) => {
    sums[index + 1] = (sums[index] ?? 0) + count
  })
  return sums
}

function countersUpTo(highest: number, size: number): Uint8Array | Uint16Array | Uint32Array {
  if (highest < 2 ** 8) return new Uint8Array(size)
  return highest < 2 ** 16 ? new Uint16Array(size) : new Uint32Array(size)
}
