import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentTokensOf, stemOf, tokensOf } from '../../../agents/shop/words.ts'

describe('words', () => {
  it.each([
    ['lamp', 'lamps'],
    ['candy', 'candies'],
    ['candy', 'candys'],
    ['dress', 'dresses'],
    ['charge', 'charging'],
    ['scent', 'scented'],
    ['brush', 'brushes'],
    ['pants', 'pantss'],
  ])('stem alike: %s, %s', (one, other) => {
    expect(stemOf(other)).toBe(stemOf(one))
  })

  it.each([
    ['navy', 'navel'],
    ['red', 'reed'],
    ['queen', 'quilt'],
    ['us', 'use'],
  ])('stem apart: %s, %s', (one, other) => {
    expect(stemOf(other)).not.toBe(stemOf(one))
  })

  it('stem to a prefix of at least three letters, except for a final y', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}$/), (word) => {
        const stem = stemOf(word)
        expect(stem.length).toBeGreaterThanOrEqual(3)
        expect(word.replaceAll('y', 'i').startsWith(stem.replaceAll('y', 'i'))).toBe(true)
      }),
    )
  })

  it('keep numbers with a point whole, and leave marks and fillers out', () => {
    expect(tokensOf("I'd like 5.5 FL oz. (Pack of 2)")).toEqual([
      'i',
      'd',
      'like',
      '5.5',
      'fl',
      'oz',
      'pack',
      'of',
      '2',
    ])
    expect(contentTokensOf('please find me the Red lamp')).toEqual(['red', 'lamp'])
  })
})
