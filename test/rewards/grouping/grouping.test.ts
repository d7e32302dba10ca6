import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBatch, type StepBatch } from '../../../core/batch/index.ts'
import { codePointsOf, SequenceMatcher, sequenceMatcherRatio } from '../../../core/cpython/difflib.ts'
import { anchorColumn } from '../../../rewards/estimator/signals.ts'
import { anchorGroups } from '../../../rewards/grouping/anchor.ts'
import { episodeGroups } from '../../../rewards/grouping/episode.ts'
import { type Grouping, NO_GROUP, sizesOf } from '../../../rewards/grouping/grouping.ts'
import { historyGroups, previousRows } from '../../../rewards/grouping/history.ts'
import { PairNumbers } from '../../../rewards/grouping/pairs.ts'
import { similarityGroups } from '../../../rewards/grouping/similarity.ts'
import { stepIndexGroups } from '../../../rewards/grouping/step-index.ts'
import { batchOfRows, type Row, rowsArbitrary, siblings } from '../../support/rows.ts'

const everyRow = (batch: StepBatch): Grouping => episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))

/** Whether two groupings say the same: numbers may differ, but not which rows share one. */
const sameGroups = (batch: StepBatch, { ids }: Grouping, keys: readonly (string | null)[]): boolean => {
  const pairs = [...ids].map((id, row) => ({ id, key: keys[batch.sourceRow[row] ?? 0] ?? null }))
  const toKey = new Map(pairs.map(({ id, key }) => [id, key]))
  const toId = new Map(pairs.map(({ id, key }) => [key, id]))
  return pairs.every(({ id, key }) =>
    key === null ? id === NO_GROUP : id !== NO_GROUP && toKey.get(id) === key && toId.get(key) === id,
  )
}

describe('groupings', () => {
  it('put rows together exactly as plain keys do', () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const batch = batchOfRows(rows)
        const [episodes, column] = [everyRow(batch), anchorColumn(batch, 'text')]
        const index = (row: Row): number => siblings(rows, row).indexOf(row)
        const history = (row: Row, k: number): string | null => {
          const past = siblings(rows, row).slice(0, index(row) + 1)
          return past.length < k ? null : `${row.group} ${past.slice(-k).map(({ anchor }) => anchor)}`
        }
        expect(
          sameGroups(
            batch,
            episodes,
            rows.map(({ group }) => group),
          ),
        ).toBe(true)
        expect(
          sameGroups(
            batch,
            anchorGroups(episodes, column),
            rows.map((row) => `${row.group} ${row.anchor}`),
          ),
        ).toBe(true)
        expect(
          sameGroups(
            batch,
            stepIndexGroups(episodes, batch),
            rows.map((row) => `${row.group} ${index(row)}`),
          ),
        ).toBe(true)
        const nested = historyGroups(episodes, column, previousRows(batch, false), 4)
        for (const [at, level] of nested.entries())
          expect(
            sameGroups(
              batch,
              level,
              rows.map((row) => history(row, at + 1)),
            ),
          ).toBe(true)
      }),
    )
  })

  it('leave out masked rows', () => {
    const batch = parseBatch({
      trajectory: ['a', 'b', 'c'],
      group: ['g', 'g', 'g'],
      anchors: { text: ['p', 'p', 'p'] },
    })
    const groups = anchorGroups(episodeGroups(batch, Uint8Array.of(1, 0, 1)), anchorColumn(batch, 'text'))
    expect([...groups.ids]).toEqual([0, NO_GROUP, 0])
    expect([...sizesOf(groups)]).toEqual([2])
  })

  it('give a copied row the past of its original, or count it as one more step', () => {
    const batch = parseBatch({ trajectory: ['a', 'a', 'a'], group: ['g', 'g', 'g'], copyOf: [null, null, 0] })
    expect([...previousRows(batch, false)]).toEqual([-1, 0, -1])
    expect([...previousRows(batch, true)]).toEqual([-1, 0, 1])
  })

  it('number any pairs of numbers like a Map', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.integer({ min: -1, max: 3 })), { maxLength: 400 }), (pairs) => {
        const numbers = new PairNumbers(1)
        const keys = pairs.map(([a, b]) => `${a},${b}`)
        const seen = [...new Set(keys)]
        expect(pairs.map(([a, b]) => numbers.numberOf(a, b))).toEqual(keys.map((key) => seen.indexOf(key)))
        expect(numbers.count).toBe(seen.length)
      }),
    )
  })
})

const page = fc
  .tuple(
    fc.constantFrom('shirt', 'shoe'),
    fc.array(fc.constantFrom('red ', 'blue ', 'x', '😀'), { maxLength: 12 }),
    fc.nat(3),
  )
  .map(([item, words, repeats]) => `${item} [SEP] ${words.join('')} [SEP] ${'buy now '.repeat(repeats * 12)}`)

describe('similarity grouping', () => {
  it('joins the first alike cluster, as the greedy definition with every ratio computed', () => {
    fc.assert(
      fc.property(
        fc.array(page, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(0.3, 0.6, 0.8, 0.9, 0.95),
        (pages, threshold) => {
          const batch = parseBatch({
            trajectory: pages.map((_, at) => `${at % 3}`),
            group: pages.map(() => 'g'),
            anchors: { text: pages },
          })
          const firsts: string[] = []
          const plain = pages.map((text) => {
            const found = firsts.find((first) => sequenceMatcherRatio(text, first) >= threshold)
            if (found === undefined) firsts.push(text)
            return found ?? text
          })
          const groups = similarityGroups(everyRow(batch), batch, anchorColumn(batch, 'text'), threshold)
          expect(sameGroups(batch, groups, plain)).toBe(true)
        },
      ),
    )
  })

  it('decides early exactly as the whole ratio would', () => {
    fc.assert(
      fc.property(page, page, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, threshold) => {
        const matcher = new SequenceMatcher(codePointsOf(b))
        const points = codePointsOf(a)
        expect(matcher.reaches(points, threshold)).toBe(matcher.ratio(points) >= threshold)
        expect(matcher.reaches(points, matcher.ratio(points))).toBe(true)
      }),
    )
  })

  it('refuses anchors that are not texts', () => {
    const batch = parseBatch({ trajectory: ['a'], group: ['g'], anchors: { state: [1] } })
    expect(() => similarityGroups(everyRow(batch), batch, anchorColumn(batch, 'state'), 0.9)).toThrow(
      expect.objectContaining({ code: 'BATCH_INVALID' }),
    )
  })
})
