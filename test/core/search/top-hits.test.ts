import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankStrings } from '../../../core/search/rank-strings.ts'
import { TopHits } from '../../../core/search/top-hits.ts'
import { VarintLog } from '../../../core/search/varint-log.ts'

describe('TopHits', () => {
  it('keeps what sorting by score and rank would put first', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        scores,
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.double()),
        (offered, capacity, keys) => {
          const ranks = rankStrings(offered.map(() => String(keys.next().value)))
          const best = new TopHits(capacity, ranks)
          offered.forEach((score, ordinal) => {
            best.offer(ordinal, score)
          })
          const sorted = offered.map((score, ordinal) => ({ ordinal, score }))
          sorted.sort(
            (left, right) => right.score - left.score || (ranks[left.ordinal] ?? 0) - (ranks[right.ordinal] ?? 0),
          )
          const kept = sorted.slice(0, capacity)
          expect(best.threshold).toBe(kept.length < capacity ? Number.NEGATIVE_INFINITY : kept.at(-1)?.score)
          expect(best.drain((ordinal, score) => ({ ordinal, score }))).toEqual(kept)
        },
      ),
    )
  })
})

describe('rankStrings', () => {
  it('orders as UTF-8 bytes do, also if UTF-16 does not', () => {
    expect([...rankStrings(['b', '\uff5e', '\u{1f600}', 'a', ''])]).toEqual([2, 3, 4, 1, 0])
  })

  it('gives equal strings ranks in their order', () => {
    expect([...rankStrings(['x', 'a', 'x', 'a'])]).toEqual([2, 0, 3, 1])
    expect([...rankStrings([])]).toEqual([])
  })
})

describe('VarintLog', () => {
  it('reads back whole numbers up to 2^32 - 1, past the size it starts with', () => {
    const log = new VarintLog()
    const written = Array.from({ length: 30_000 }, (_, index) => (index * 2_654_435_761) % 2 ** (1 + (index % 32)))
    for (const value of [...written, 0, 2 ** 32 - 1]) log.append(value)
    const read = log.reader()
    expect([...written.map(read), read(), read()]).toEqual([...written, 0, 2 ** 32 - 1])
    expect(log.reader()()).toBe(written[0])
  })
})
