import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLength,
  encodeLength,
  inverseDocumentFrequency,
  inverseNorms,
  termScore,
} from '../../../core/search/bm25.ts'

const length = fc.oneof(fc.nat(1000), fc.nat(2 ** 31 - 1))

describe('norm bytes', () => {
  it('keep lengths up to 40 exactly, then their four leading bits beyond 24', () => {
    for (let exact = 0; exact <= 40; exact++) expect(decodeLength(encodeLength(exact))).toBe(exact)
    expect([41, 42, 57, 60, 100, 1000].map((value) => decodeLength(encodeLength(value)))).toEqual([
      40, 42, 56, 60, 96, 984,
    ])
  })

  it('fit a byte, and represent between eight ninths of the length and the length', () => {
    fc.assert(
      fc.property(length, (value) => {
        const byte = encodeLength(value)
        expect(byte).toBeLessThanOrEqual(255)
        expect(decodeLength(byte)).toBeLessThanOrEqual(value)
        expect(decodeLength(byte)).toBeGreaterThanOrEqual(Math.floor((value * 8) / 9))
      }),
    )
  })

  it('undo each other for every byte, in ascending order', () => {
    const lengths = Array.from({ length: 256 }, (_, byte) => decodeLength(byte))
    expect(lengths.map(encodeLength)).toEqual([...lengths.keys()])
    expect(lengths.toSorted((left, right) => left - right)).toEqual(lengths)
    expect(encodeLength(2 ** 31 - 1)).toBe(255)
  })
})

describe('scores', () => {
  it('fall with document frequency but stay above zero', () => {
    expect(inverseDocumentFrequency(1000, 1)).toBe(Math.fround(Math.log(1 + 999.5 / 1.5)))
    expect(inverseDocumentFrequency(1000, 1000)).toBeGreaterThan(0)
    expect(inverseDocumentFrequency(1000, 10)).toBeGreaterThan(inverseDocumentFrequency(1000, 11))
  })

  it('equal the formula of BM25 within float32', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: 1, max: 5000 }),
        (frequency, byte, average) => {
          const norm = 0.9 * (0.6 + (0.4 * decodeLength(byte)) / average)
          const score = termScore(2, Math.fround(frequency * (inverseNorms(average)[byte] ?? 0)))
          expect(score).toBeCloseTo((2 * frequency) / (frequency + norm), 5)
          expect(Math.fround(score)).toBe(score)
        },
      ),
    )
  })
})
