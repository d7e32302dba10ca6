import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveKey, keyOfSeed, parseSeed, Rng } from '../../core/data/rng.ts'

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
const words = (key: readonly [number, number], counter: readonly [number, number]): string => {
  const { word0, word1 } = deriveKey({ word0: key[0] | 0, word1: key[1] | 0 }, counter[0], counter[1])
  return `${hex(word0)} ${hex(word1)}`
}

describe('Threefry-2x32-20', () => {
  it('gives the known answers of Random123', () => {
    expect(words([0, 0], [0, 0])).toBe('6b200159 99ba4efe')
    expect(words([-1, -1], [-1, -1])).toBe('1cb996fc bb002be7')
    expect(words([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toBe('c4923a9c 483df7a0')
  })
})

describe('Rng', () => {
  const rng = (seed: number, step = 0): Rng => new Rng(keyOfSeed(seed), step)

  it('draws the same numbers again from the same key and step, and others from another', () => {
    const draws = (seed: number, step: number): number[] => {
      const source = rng(seed, step)
      return [source.float(), source.float(), source.float()]
    }
    expect(draws(5, 3)).toEqual(draws(5, 3))
    expect(draws(5, 3)).not.toEqual(draws(5, 4))
    expect(draws(5, 3)).not.toEqual(draws(6, 3))
  })

  it('keeps floats in [0, 1) and integers within their bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -50, max: 50 }), fc.nat({ max: 100 }), (seed, low, width) => {
        const source = rng(seed)
        const float = source.float()
        const int = source.int(low, low + width)
        expect(float >= 0 && float < 1).toBe(true)
        expect(Number.isInteger(int) && int >= low && int <= low + width).toBe(true)
      }),
    )
  })

  it('is uniform: a chi-square over 16 cells stays far below its 0.999 quantile at three keys', () => {
    for (const seed of [1, 2, 3]) {
      const source = rng(seed)
      const cells = new Array<number>(16).fill(0)
      for (let i = 0; i < 16_000; i++) {
        const cell = source.int(0, 15)
        cells[cell] = (cells[cell] ?? 0) + 1
      }
      const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
      expect(chiSquare).toBeLessThan(37.7)
    }
  })

  it('shuffles into a permutation and leaves its input alone', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8]
    const shuffled = rng(9).shuffle(items)
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(shuffled).not.toEqual(items)
    expect([...shuffled].sort()).toEqual(items)
  })

  it('refuses a choice from nothing', () => {
    expect(() => rng(1).choice([])).toThrow(RangeError)
  })
})

describe('parseSeed', () => {
  it('keeps every integer up to 2^64 - 1 exactly, whichever way it is given', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const seed = parseSeed(`${value}`)
        expect(BigInt(seed)).toBe(value)
        expect(parseSeed(value)).toBe(seed)
        expect(parseSeed(seed)).toBe(seed)
      }),
    )
  })

  it('gives neighbours beyond 2^53 streams of their own', () => {
    const first = new Rng(keyOfSeed(parseSeed('9007199254740992')), 0).float()
    const second = new Rng(keyOfSeed(parseSeed('9007199254740993')), 0).float()
    expect(first).not.toBe(second)
  })

  it('refuses an invalid seed, and says how to give one', () => {
    for (const input of [-1, 1.5, 2 ** 53, Number.NaN, '12a', '', '-3', null, {}, 2n ** 64n, true])
      expect(() => parseSeed(input), String(input)).toThrow(expect.objectContaining({ code: 'SEED_INVALID' }))
    expect(() => parseSeed(2 ** 53)).toThrow(/string of digits/)
  })
})
