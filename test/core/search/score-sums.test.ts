import { describe, expect, it } from 'vitest'
import { termScore } from '../../../core/search/bm25.ts'
import type { Postings } from '../../../core/search/postings.ts'
import { type QueryTerm, ScoreSums } from '../../../core/search/score-sums.ts'
import { TopHits } from '../../../core/search/top-hits.ts'

const DOCUMENTS = 200
/** Documents 3, 50 and 199 have the rare term; all but every tenth have the frequent one. */
const rare = [3, 50, 199]
const frequent = Array.from({ length: DOCUMENTS }, (_, document) => document).filter((document) => document % 10 !== 0)

const postings: Postings = {
  termOrdinals: new Map([
    ['rare', 0],
    ['frequent', 1],
  ]),
  offsets: Uint32Array.of(0, rare.length, rare.length + frequent.length),
  documents: Uint32Array.of(...rare, ...frequent),
  impactCodes: Uint8Array.from({ length: rare.length + frequent.length }, (_, at) => at % 2),
  impacts: [
    { frequency: 1, lengthByte: 9 },
    { frequency: 2, lengthByte: 9 },
  ],
  totalLength: 1800,
}
const strengths = Float32Array.of(0.5, 1.5)

const termOf = (ordinal: number, weight: number): QueryTerm => ({
  first: postings.offsets[ordinal] ?? 0,
  last: postings.offsets[ordinal + 1] ?? 0,
  weight,
  upperBound: termScore(weight, 1.5),
})
const rareTerm = termOf(0, 4)
const frequentTerm = termOf(1, 1)
const emptySums = (): ScoreSums => new ScoreSums(DOCUMENTS, postings, strengths)

function scoresOf(sums: ScoreSums): ReadonlyMap<number, number> {
  const best = new TopHits(
    DOCUMENTS,
    Uint32Array.from({ length: DOCUMENTS }, (_, ordinal) => ordinal),
  )
  sums.offerTo(best)
  return new Map(best.drain((ordinal, score) => [ordinal, score] as const))
}

describe('ScoreSums', () => {
  it('adds up what the terms give each document', () => {
    const sums = emptySums()
    sums.add(rareTerm)
    sums.add(frequentTerm)
    const scores = scoresOf(sums)
    expect(scores.size).toBe(frequent.length + 1)
    expect(scores.get(50)).toBe(termScore(4, 1.5))
    expect(scores.get(3)).toBe(termScore(4, 0.5) + termScore(1, 1.5))
  })

  it('adds to known documents alone, few or many, what it would add to all', () => {
    for (const [first, second] of [
      [rareTerm, frequentTerm],
      [frequentTerm, rareTerm],
    ] as const) {
      const all = emptySums()
      const known = emptySums()
      for (const sums of [all, known]) sums.add(first)
      const before = new Set(scoresOf(known).keys())
      all.add(second)
      known.addToKnown(second)
      expect(scoresOf(known)).toEqual(new Map([...scoresOf(all)].filter(([document]) => before.has(document))))
    }
  })

  it('retains the documents that can still reach the threshold, those that just do among them', () => {
    const sums = emptySums()
    sums.add(rareTerm)
    sums.retain(termScore(4, 0.5) + 1, 1)
    expect([...scoresOf(sums).keys()].sort()).toEqual([199, 3, 50])
    sums.retain(termScore(4, 0.5) + 1, 0.75)
    expect([...scoresOf(sums).keys()]).toEqual([50])
    sums.add(rareTerm)
    expect(scoresOf(sums).get(3)).toBe(termScore(4, 0.5))
  })

  it('is empty again once cleared', () => {
    const sums = emptySums()
    sums.add(frequentTerm)
    sums.clear()
    expect(sums.size).toBe(0)
    sums.add(rareTerm)
    expect([...scoresOf(sums)]).toEqual([
      [50, termScore(4, 1.5)],
      [3, termScore(4, 0.5)],
      [199, termScore(4, 0.5)],
    ])
  })
})
