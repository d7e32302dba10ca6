import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levenshteinRatio } from '../../../../conformance/suites/webshop/levenshtein.ts'
import { PythonTuple } from '../../../../core/cpython/value.ts'
import { fuzzRatio, isFuzzyMatch, tokenSetRatio } from '../../../../envs/webshop/reward/fuzz.ts'
import { cpython } from '../../../support/cpython.ts'

const words = fc.array(fc.constantFrom('red', 'blue', 'easy', 'clean', 'long', 'lasting', 'é', '★', 'a\0b'), {
  maxLength: 6,
})

describe('fuzzRatio and tokenSetRatio', () => {
  it.each(cpython.fuzz)('score "$a" and "$b" as thefuzz does', ({ a, b, ratio, tokenSet }) => {
    expect(fuzzRatio(a, b)).toBe(ratio)
    expect(tokenSetRatio(a, b)).toBe(tokenSet)
    expect(isFuzzyMatch(a, b)).toBe(tokenSet > 85)
  })

  it.each(cpython.fuzzTuples)('score "$a" and the tuple $b as thefuzz does', ({ a, b, tokenSet }) => {
    expect(tokenSetRatio(a, new PythonTuple(...b))).toBe(tokenSet)
    expect(isFuzzyMatch(a, new PythonTuple(...b))).toBe(tokenSet > 85)
  })

  it('round halves to even', () => {
    expect([0.125, 0.375, 0.625, 0.115].map((ratio) => fuzzRatio('a', 'b', () => ratio))).toEqual([12, 38, 62, 12])
  })

  it('do not look at the order, the repetition and the case of words', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const score = tokenSetRatio(a.join(' '), b.join(' '))
        expect(tokenSetRatio(a.toReversed().join(' - ').toUpperCase(), [...b, ...b].join(' '))).toBe(score)
      }),
    )
  })
})

describe('isFuzzyMatch', () => {
  it('remembers nothing but what token_set_ratio says', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [left, right] = [a.join(' '), b.join(' ')]
        const expected = tokenSetRatio(left, right) > 85
        expect([isFuzzyMatch(left, right), isFuzzyMatch(left, right)]).toEqual([expected, expected])
      }),
    )
  })

  it('is not the same as equality for texts without words', () => {
    expect([isFuzzyMatch('★', '★'), isFuzzyMatch('', ''), isFuzzyMatch('x', 'x')]).toEqual([false, false, true])
  })
})

describe('levenshteinRatio', () => {
  it.each(cpython.fuzz)('gives the ratio of python-Levenshtein for "$a" and "$b"', ({ a, b, levenshtein }) => {
    expect(levenshteinRatio(a, b)).toBe(levenshtein)
  })

  it('counts characters, and takes two empty texts for equal', () => {
    expect(levenshteinRatio('😀a', '😀b')).toBe(0.5)
    expect(levenshteinRatio('', '')).toBe(1)
  })
})
