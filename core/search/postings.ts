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
  /** Which of `impacts` the term has there, in the narrowest array that holds them all. */
  readonly impactCodes: Uint8Array | Uint16Array | Uint32Array
  readonly impacts: readonly Impact[]
  /** Terms of all documents together, repetitions counted. */
  readonly totalLength: number
}

/** All that BM25 asks of an occurrence. There are few of them, so a posting names its impact by number. */
export interface Impact {
  /** How often the term occurs in the document. */
  readonly frequency: number
  /** Norm byte of the document's length. */
  readonly lengthByte: number
}

const STOP_WORD = -1

/** First pass: reads documents one by one and keeps, of each, only what terms it has and how often. */
export class PostingsBuilder {
  readonly #termOrdinals = new Map<string, number>()
  readonly #ordinalOfToken = new Map<string, number>()
  readonly #impacts: Impact[] = []
  readonly #impactCodeOf = new Map<number, number>()
  readonly #log = new VarintLog()
  readonly #documentFrequencies: number[] = []
  readonly #frequencies: number[] = []
  #documentCount = 0
  #totalLength = 0

  add(contents: string): void {
    const terms: number[] = []
    let length = 0
    forEachToken(contents, (start, end) => {
      const term = this.#ordinalOf(contents.slice(start, end))
      if (term === STOP_WORD) return
      length++
      const frequency = (this.#frequencies[term] ?? 0) + 1
      this.#frequencies[term] = frequency
      if (frequency === 1) terms.push(term)
    })
    this.#documentCount++
    this.#totalLength += length
    this.#keep(terms, encodeLength(length))
  }

  /** Second pass: from the terms of each document to the documents of each term. */
  build(): Postings {
    const termOrdinals = this.#termOrdinals
    const impacts = this.#impacts
    const totalLength = this.#totalLength
    const offsets = prefixSums(this.#documentFrequencies)
    const next = offsets.slice(0, -1)
    const size = offsets.at(-1) ?? 0
    const documents = new Uint32Array(size)
    const impactCodes = numbersBelow(impacts.length, size)
    const read = this.#log.reader()
    for (let document = 0; document < this.#documentCount; document++)
      for (let terms = read(); terms > 0; terms--) {
        const term = read()
        const at = next[term] ?? 0
        next[term] = at + 1
        documents[at] = document
        impactCodes[at] = read()
      }
    return { termOrdinals, offsets, documents, impactCodes, impacts, totalLength }
  }

  #keep(terms: readonly number[], lengthByte: number): void {
    this.#log.append(terms.length)
    for (const term of terms) {
      this.#log.append(term)
      this.#log.append(this.#codeOf(this.#frequencies[term] ?? 0, lengthByte))
      this.#frequencies[term] = 0
      this.#documentFrequencies[term] = (this.#documentFrequencies[term] ?? 0) + 1
    }
  }

  #codeOf(frequency: number, lengthByte: number): number {
    const key = frequency * 256 + lengthByte
    const known = this.#impactCodeOf.get(key)
    if (known !== undefined) return known
    this.#impactCodeOf.set(key, this.#impacts.length)
    return this.#impacts.push({ frequency, lengthByte }) - 1
  }

  #ordinalOf(token: string): number {
    const known = this.#ordinalOfToken.get(token)
    if (known !== undefined) return known
    const own = detached(token)
    const term = englishTerm(own)
    const ordinal = term === null ? STOP_WORD : this.#ordinalOfTerm(term)
    this.#ordinalOfToken.set(own, ordinal)
    return ordinal
  }

  #ordinalOfTerm(term: string): number {
    const known = this.#termOrdinals.get(term)
    if (known !== undefined) return known
    const ordinal = this.#termOrdinals.size
    this.#termOrdinals.set(term, ordinal)
    return ordinal
  }
}

/** A copy of its own: a substring would keep the whole document in memory. */
const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')

function prefixSums(counts: readonly number[]): Uint32Array {
  const sums = new Uint32Array(counts.length + 1)
  counts.forEach((count, index) => {
    sums[index + 1] = (sums[index] ?? 0) + count
  })
  return sums
}

function numbersBelow(limit: number, size: number): Uint8Array | Uint16Array | Uint32Array {
  if (limit <= 2 ** 8) return new Uint8Array(size)
  return limit <= 2 ** 16 ? new Uint16Array(size) : new Uint32Array(size)
}
