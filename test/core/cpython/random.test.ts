import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PythonRandom } from '../../../core/cpython/random.ts'
import { cpython } from '../../support/cpython.ts'

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe('PythonRandom', () => {
  it.each(cpython.random)('draws what CPython draws from seed $seed', (row) => {
    const random = new PythonRandom(BigInt(row.seed))
    const shuffled = range(12)
    random.shuffle(shuffled)
    expect(shuffled).toEqual(row.shuffle)
    expect([random.random(), random.random()]).toEqual(row.random)
    expect([0, 1, 7, 31, 32].map((bits) => random.getrandbits(bits))).toEqual(row.getrandbits)
    expect([random.randint(-3, 3), random.randint(0, 2 ** 31)]).toEqual(row.randint)
    expect([random.uniform(-1, 1), random.uniform(10, 20.5)]).toEqual(row.uniform)
    expect([random.choice([...'abcde']), random.choice(['z'])]).toEqual(row.choice)
    expect(random.choices([...'abcde'], 6).join('')).toBe(row.choices)
    for (const [length, count, drawn] of row.sample) expect(random.sample(range(length), count)).toEqual(drawn)
    expect(random.random()).toBe(row.after)
  })

  it('takes a number and the bigint of the same value as the same seed', () => {
    expect(new PythonRandom(2 ** 40 + 3).random()).toBe(new PythonRandom(2n ** 40n + 3n).random())
  })

  it.each([0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses the seed %s', (seed) => {
    expect(() => new PythonRandom(seed)).toThrow(expect.objectContaining({ code: 'SEED_INVALID' }))
  })

  it('refuses draws that do not exist', () => {
    const random = new PythonRandom(1)
    expect(() => random.choice([])).toThrow(RangeError)
    expect(() => random.choices([], 1)).toThrow(RangeError)
    expect(() => random.sample([1, 2], 3)).toThrow(RangeError)
    expect(() => random.sample([1, 2], 0.5)).toThrow(RangeError)
    expect(() => random.randint(3, 2)).toThrow(RangeError)
    expect(() => random.randbelow(2 ** 32)).toThrow(RangeError)
    expect(() => random.getrandbits(33)).toThrow(RangeError)
  })

  it('shuffles to a permutation and samples different items, from any seed', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(120), fc.nat(120), (seed, one, other) => {
        const [count, length] = [Math.min(one, other), Math.max(one, other)]
        const random = new PythonRandom(seed)
        const items = range(length)
        random.shuffle(items)
        expect(items.toSorted((a, b) => a - b)).toEqual(range(length))
        const drawn = random.sample(items, count)
        expect(new Set(drawn).size).toBe(count)
        expect(drawn.every((item) => items.includes(item))).toBe(true)
      }),
    )
  })
})
