import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codePointsOf, SequenceMatcher, sequenceMatcherRatio } from '../../../core/cpython/difflib.ts'
import { cpython } from '../../support/cpython.ts'

/** The definition, read off as it stands: every pair of positions, every length, no frequent character inside a block. */
function plainRatio(a: readonly string[], b: readonly string[]): number {
  const frequent = new Set(
    b.filter((c) => b.length >= 200 && b.filter((other) => other === c).length > Math.floor(b.length / 100) + 1),
  )
  const matched = (aLow: number, aHigh: number, bLow: number, bHigh: number): number => {
    let [start, other, size] = [aLow, bLow, 0]
    for (let i = aLow; i < aHigh; i++)
      for (let j = bLow; j < bHigh; j++) {
        let k = 0
        while (i + k < aHigh && j + k < bHigh && a[i + k] === b[j + k] && !frequent.has(a[i + k] ?? '')) k++
        if (k > size) [start, other, size] = [i, j, k]
      }
    while (start > aLow && other > bLow && a[start - 1] === b[other - 1])
      [start, other, size] = [start - 1, other - 1, size + 1]
    while (start + size < aHigh && other + size < bHigh && a[start + size] === b[other + size]) size++
    if (size === 0) return 0
    return size + matched(aLow, start, bLow, other) + matched(start + size, aHigh, other + size, bHigh)
  }
  const total = a.length + b.length
  return total === 0 ? 1 : (2 * matched(0, a.length, 0, b.length)) / total
}

const alike = fc
  .tuple(
    fc.array(fc.constantFrom(...'abc😀'), { maxLength: 30 }),
    fc.array(fc.tuple(fc.nat(30), fc.nat(3), fc.constantFrom(...'abd')), { maxLength: 6 }),
  )
  .map(([a, edits]) => {
    const b = [...a]
    for (const [position, removed, inserted] of edits) b.splice(position, removed, inserted)
    return { a, b }
  })

describe('sequenceMatcherRatio', () => {
  it.each(cpython.difflib)('gives the ratio of CPython for %j and %j', (a, b, ratio) => {
    expect(sequenceMatcherRatio(a, b)).toBe(ratio)
    expect(new SequenceMatcher(codePointsOf(b)).ratio(codePointsOf(a))).toBe(ratio)
  })

  it('gives the ratio of the definition for short texts', () => {
    fc.assert(
      fc.property(alike, ({ a, b }) => {
        expect(sequenceMatcherRatio(a.join(''), b.join(''))).toBe(plainRatio(a, b))
      }),
    )
  })

  it('leaves out frequent characters from 200 characters on', () => {
    const filler = [...'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(6)]
    fc.assert(
      fc.property(alike, fc.nat(4), ({ a, b }, cut) => {
        const [left, right] = [
          [...filler.slice(cut), ...a],
          [...b, ...filler.slice(0, 198 + cut)],
        ]
        expect(sequenceMatcherRatio(left.join(''), right.join(''))).toBe(plainRatio(left, right))
      }),
      { numRuns: 30 },
    )
  })

  it('holds nothing of one text when it compares the next', () => {
    const [b, ...texts] = ['abcd abcd', 'bcd', 'zzz', 'abcd abcd', ''].map(codePointsOf)
    const of = (): SequenceMatcher => new SequenceMatcher(b ?? codePointsOf(''))
    const matcher = of()
    const ratios = texts.map((text) => matcher.ratio(text))
    expect(ratios).toEqual(texts.map((text) => of().ratio(text)))
    expect(ratios[2]).toBe(1)
  })

  it('gives the ratio of the definition for pages with rare characters in runs of some length', () => {
    const word = fc.constantFrom('shoe ', 'price ', 'XYZ ', 'QX ', 'Z', 'now 😀 ')
    const pages = fc.tuple(fc.array(word, { minLength: 40, maxLength: 60 }), fc.nat(59), fc.nat(59))
    fc.assert(
      fc.property(pages, word, ([words, from, to], other) => {
        const [moved] = words.slice(from, from + 1)
        const edited = [...words.slice(0, to), other, ...words.slice(to + 1), moved ?? '']
        const [a, b] = [[...words.join('')], [...edited.join('')]]
        expect(sequenceMatcherRatio(a.join(''), b.join(''))).toBe(plainRatio(a, b))
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    ['short texts', ''],
    ['texts with frequent characters', 'e '.repeat(120)],
  ])('takes the longest block of %s, not the first that is nearly as long', (_, frequent) => {
    const run = 'QXZJKVWY'
    for (let length = 2; length <= run.length; length++) {
      const [whole, nearly] = [run.slice(0, length), run.slice(1, length)]
      const [a, b] = [`${nearly}?${whole}${frequent}`, `${whole}${frequent}`]
      expect(sequenceMatcherRatio(a, b)).toBe((2 * b.length) / (a.length + b.length))
      expect(sequenceMatcherRatio(a, b)).toBe(plainRatio([...a], [...b]))
    }
  })

  it('reads code points as they are, lone surrogates too', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect([...codePointsOf(text)]).toEqual(Array.from(text, (character) => character.codePointAt(0)))
      }),
    )
    expect([...codePointsOf('a\ud800b')]).toEqual([0x61, 0xd800, 0x62])
  })
})
