import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyzeEnglish } from '../../../core/search/analyzer.ts'
import { buildSearchIndex, type Hit, type SearchDocument } from '../../../core/search/index.ts'

const f = Math.fround

/** The length that is left of one: exact below 24, the four leading bits of what is above. */
function rounded(length: number): number {
  if (length < 24) return length
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(length - 24)) - 3)
  return 24 + Math.floor((length - 24) / unit) * unit
}

type Search = (query: string, k: number) => Hit[]

/** BM25 as its formula has it: every document against every term of the query. */
function plainIndex(documents: readonly SearchDocument[]): Search {
  const read = documents.map(({ id, contents }, ordinal) => ({ id, ordinal, terms: analyzeEnglish(contents) }))
  const average = f(read.reduce((sum, { terms }) => sum + terms.length, 0) / documents.length)
  const normOf = (length: number): number =>
    f(1 / f(f(0.9) * f(f(1 - f(0.4)) + f(f(f(0.4) * rounded(length)) / average))))
  return (query, k) => {
    const wanted = analyzeEnglish(query)
    const weights = [...new Set(wanted)].map((term) => {
      const boost = wanted.filter((other) => other === term).length
      const holders = read.filter(({ terms }) => terms.includes(term)).length
      return { term, weight: f(boost * f(Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5)))) }
    })
    const hits = read
      .filter(({ terms }) => terms.some((term) => wanted.includes(term)))
      .map(({ id, ordinal, terms }) => {
        const scores = weights.map(({ term, weight }) => {
          const frequency = terms.filter((other) => other === term).length
          return f(weight - f(weight / f(1 + f(frequency * normOf(terms.length)))))
        })
        return { id, ordinal, score: f(scores.reduce((sum, score) => sum + score, 0)) }
      })
    return hits.sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1)).slice(0, k)
  }
}

const shop: readonly SearchDocument[] = [
  { id: 'B3', contents: 'red cotton dress' },
  { id: 'B1', contents: 'blue cotton dress' },
  { id: 'B2', contents: 'red red wool scarf, very red' },
  { id: 'B0', contents: '' },
]

const idsOf = (hits: readonly Hit[]): string[] => hits.map(({ id }) => id)

describe('search', () => {
  it('finds documents with any term of the query, the rarer and more frequent terms first', () => {
    const index = buildSearchIndex(shop)
    expect(idsOf(index.search('Wool dresses', 10))).toEqual(['B2', 'B1', 'B3'])
    expect(idsOf(index.search("the red one's", 10))).toEqual(['B2', 'B3'])
  })

  it('lets equal scores follow the ids, not the order of the documents', () => {
    const index = buildSearchIndex(shop)
    expect(idsOf(index.search('dress', 10))).toEqual(['B1', 'B3'])
    expect(idsOf(index.search('dress', 1))).toEqual(['B1'])
    expect(index.search('dress', 1)[0]?.ordinal).toBe(1)
  })

  it('counts a word as often as the query contains it', () => {
    const index = buildSearchIndex(shop)
    const [once] = index.search('scarf', 1)
    const [twice] = index.search('scarf scarfs', 1)
    expect(twice?.score).toBe(f(2 * (once?.score ?? 0)))
  })

  it.each(['', '   ', 'the of and', '!!!', 'zebra', '\ud800'])('finds nothing for %j', (query) => {
    expect(buildSearchIndex(shop).search(query, 50)).toEqual([])
  })

  it.each([0, -1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY])('gives nothing when asked for the best %d', (k) => {
    expect(buildSearchIndex(shop).search('dress', k)).toEqual([])
  })

  it('gives all there are when asked for more', () => {
    expect(buildSearchIndex(shop).search('dress', Number.POSITIVE_INFINITY)).toHaveLength(2)
    expect(buildSearchIndex(shop).search('dress', 1.9)).toHaveLength(1)
  })

  it('works without documents, and with documents that have no words', () => {
    expect(buildSearchIndex([]).search('dress', 5)).toEqual([])
    expect(buildSearchIndex([{ id: 'B0', contents: '…' }]).search('dress', 5)).toEqual([])
    expect(buildSearchIndex(shop).size).toBe(4)
  })

  it('reads each document once, and one at a time', () => {
    let read = 0
    function* documents(): Generator<SearchDocument> {
      for (const document of shop) {
        read++
        yield document
      }
    }
    const index = buildSearchIndex(documents())
    index.search('dress', 5)
    expect(read).toBe(shop.length)
  })

  it('keeps counts beyond a byte apart', () => {
    const repeated = Array.from({ length: 300 }, (_, count) => ({
      id: `B${String(count).padStart(3, '0')}`,
      contents: `sock ${'shoe '.repeat(count)}`,
    }))
    expect(buildSearchIndex(repeated).search('shoe', 300)).toEqual(plainIndex(repeated)('shoe', 300))
  })

  it('gives the same results after any earlier query', () => {
    const fresh = buildSearchIndex(shop).search('red dress', 3)
    const index = buildSearchIndex(shop)
    for (const query of ['cotton', 'red', 'dress', 'wool blue']) index.search(query, 1)
    expect(index.search('red dress', 3)).toEqual(fresh)
  })
})

/** Few words, some in nearly every document and some in hardly any, so that lists of all lengths meet. */
const word = fc.nat(999).map((draw) => `w${Math.floor(30 * (draw / 1000) ** 3)}`)
const text = (maxLength: number): fc.Arbitrary<string> => fc.array(word, { maxLength }).map((words) => words.join(' '))

function expectSame(documents: readonly SearchDocument[], queries: readonly string[], bests: readonly number[]): void {
  const index = buildSearchIndex(documents)
  const plain = plainIndex(documents)
  for (const query of queries) for (const k of bests) expect(index.search(query, k)).toEqual(plain(query, k))
}

describe('search against plain BM25', () => {
  it('gives the same hits with the same scores in any small corpus', () => {
    const corpus = fc.uniqueArray(fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), contents: text(60) }), {
      selector: ({ id }) => id,
      maxLength: 40,
    })
    fc.assert(
      fc.property(
        corpus,
        fc.array(text(8), { maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (documents, queries, k) => expectSame(documents, queries, [k]),
      ),
    )
  })

  it('does not give up terms that together outweigh the rarest', () => {
    const contents = [
      ...Array.from({ length: 2 }, () => 'alpha lamp lamp'),
      ...Array.from({ length: 7 }, () => 'beta lamp lamp'),
      ...Array.from({ length: 7 }, () => 'gamma lamp lamp'),
      ...Array.from({ length: 23 }, () => 'lamp lamp lamp'),
      'beta gamma lamp',
    ]
    const documents = contents.map((text, at) => ({ id: `B${at + 10}`, contents: text }))
    expect(idsOf(buildSearchIndex(documents).search('alpha beta gamma', 1))).toEqual(['B49'])
    expectSame(documents, ['alpha beta gamma', 'lamp gamma alpha'], [1, 2, 3, 10])
  })

  it('stays exact if most postings can be skipped', () => {
    const texts = fc.sample(text(40), { numRuns: 500, seed: 11 })
    const documents = texts.map((contents, at) => ({ id: `B${(at * 7919) % 1009}`, contents }))
    expectSame(documents, fc.sample(text(10), { numRuns: 40, seed: 12 }), [1, 5, 50])
  })
})
