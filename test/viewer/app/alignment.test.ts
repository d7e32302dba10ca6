import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { aligned, sideBySide, textParts } from '../../../viewer/app/alignment.ts'

/** Length of the longest common subsequence, by trying all. */
const longest = (left: string, right: string): number => {
  if (left === '' || right === '') return 0
  if (left[0] === right[0]) return 1 + longest(left.slice(1), right.slice(1))
  return Math.max(longest(left.slice(1), right), longest(left, right.slice(1)))
}

const textOf = (rng: Rng): string => Array.from({ length: rng.int(0, 7) }, () => 'abc'[rng.int(0, 2)]).join('')

describe('the alignment of two lists', () => {
  it('keeps each list whole and in order, and puts only what is the same in line', () => {
    const rng = new Rng({ word0: 1, word1: 2 }, 0)
    for (let round = 0; round < 200; round++) {
      const [left, right] = [textOf(rng), textOf(rng)]
      const pairs = aligned([...left], [...right])
      expect(pairs.flatMap((pair) => pair.left ?? [])).toEqual([...left].map((_, at) => at))
      expect(pairs.flatMap((pair) => pair.right ?? [])).toEqual([...right].map((_, at) => at))
      const both = pairs.filter((pair) => pair.left !== null && pair.right !== null)
      for (const pair of both) expect(left[pair.left ?? 0]).toBe(right[pair.right ?? 0])
      expect(both).toHaveLength(longest(left, right))
    }
  })

  it('is side by side where the lists are too long to compare', () => {
    const long = Array.from({ length: 2001 }, (_, at) => `${at}`)
    expect(aligned(long, long.toReversed())).toEqual(sideBySide(2001, 2001))
    expect(sideBySide(1, 2)).toEqual([
      { left: 0, right: 0 },
      { left: null, right: 1 },
    ])
  })
})

describe('two texts by their words', () => {
  it('says which words both have, and which one has', () => {
    expect(textParts('size: plus now', 'size: small now')).toEqual([
      { text: 'size: ', where: 'both' },
      { text: 'plus ', where: 'left' },
      { text: 'small ', where: 'right' },
      { text: 'now', where: 'both' },
    ])
    expect(textParts('', 'new')).toEqual([{ text: 'new', where: 'right' }])
    expect(textParts('', '')).toEqual([])
  })
})
