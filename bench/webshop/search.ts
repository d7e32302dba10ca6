import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { buildSearchIndex, type SearchDocument, type SearchIndex } from '../../core/search/index.ts'

const SIZES = [1_000, 50_000, 500_000]
const VOCABULARY_SIZE = 30_000
const QUERY_COUNT = 400
const RESULTS_PER_QUERY = 50
const SYLLABLES = ['ba', 'ko', 'ri', 'tu', 'me', 'so', 'la', 'ne', 'vi', 'pa', 'do', 'ge']

interface SearchRow {
  readonly documents: number
  readonly 'build s': string
  readonly 'p50 ms': string
  readonly 'p95 ms': string
  readonly 'heap MB': string
  readonly 'typed arrays MB': string
}

/**
 * Prints, for 1,000, 50,000 and 500,000 made-up documents of 30 to 89 words, how long the index takes to build (without the
 * time to make the documents up), how long a query of 3 to 10 words takes (best 50), and what memory the index keeps. Words follow Zipf's law over 30,000, in documents and queries alike, so that queries hold more frequent words
 * than a shopper's.
 */
export async function benchSearch(sizes: readonly number[] = SIZES): Promise<void> {
  console.table(sizes.map(measureSize))
}

function measureSize(documents: number): SearchRow {
  const before = memoryInUse()
  const { index, buildMs } = timedBuild(documents)
  const kept = memoryInUse()
  const queries = zipfQueries()
  const first = latencies(index, queries)
  return {
    documents,
    'build s': (buildMs / 1000).toFixed(3),
    'p50 ms': quantile(first, 0.5).toFixed(3),
    'p95 ms': quantile(first, 0.95).toFixed(3),
    'heap MB': megabytes(kept.heapUsed - before.heapUsed),
    'typed arrays MB': megabytes(kept.arrayBuffers - before.arrayBuffers),
  }
}

interface TimedBuild {
  readonly index: SearchIndex
  readonly buildMs: number
}

function timedBuild(documents: number): TimedBuild {
  const source = { makingMs: 0 }
  const started = performance.now()
  const index = buildSearchIndex(documentsOf(documents, source))
  return { index, buildMs: performance.now() - started - source.makingMs }
}

function zipfQueries(): readonly string[] {
  const words = zipfWords(7)
  return Array.from({ length: QUERY_COUNT }, () => textOf(words, 3 + Math.floor(words.random() * 8)))
}

function latencies(index: SearchIndex, queries: readonly string[]): number[] {
  return queries.map((query) => {
    const started = performance.now()
    index.search(query, RESULTS_PER_QUERY)
    return performance.now() - started
  })
}

function* documentsOf(count: number, source: { makingMs: number }): Generator<SearchDocument> {
  const words = zipfWords(42)
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const started = performance.now()
    const document = { id: productId(ordinal), contents: textOf(words, 30 + Math.floor(words.random() * 60)) }
    source.makingMs += performance.now() - started
    yield document
  }
}

/** Distinct ids in no order: the multiplier is odd, so the product is a permutation of the 32-bit numbers. */
const productId = (ordinal: number): string =>
  `B${(Math.imul(ordinal, 0x9e3779b1) >>> 0).toString(36).padStart(9, '0')}`

interface WordSource {
  random(): number
  word(): string
}

function zipfWords(seed: number): WordSource {
  const random = mulberry32(seed)
  const vocabulary = Array.from({ length: VOCABULARY_SIZE }, (_, rank) => spell(rank + SYLLABLES.length))
  let total = 0
  const cumulative = Float64Array.from({ length: VOCABULARY_SIZE }, (_, rank) => (total += 1 / (rank + 10)))
  return { random, word: () => vocabulary[firstAtLeast(cumulative, random() * total)] ?? '' }
}

const textOf = (words: WordSource, length: number): string => Array.from({ length }, () => words.word()).join(' ')

function spell(code: number): string {
  const rest = Math.floor(code / SYLLABLES.length)
  return (SYLLABLES[code % SYLLABLES.length] ?? '') + (rest > 0 ? spell(rest) : '')
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Tommy Ettinger's mulberry32: enough for made-up text. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const spread = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((spread ^ (spread >>> 14)) >>> 0) / 2 ** 32
  }
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.floor(share * (values.length - 1))] ?? Number.NaN

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

function memoryInUse(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await benchSearch()
