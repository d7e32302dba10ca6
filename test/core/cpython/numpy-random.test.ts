import { describe, expect, it } from 'vitest'
import { RandomState } from '../../../core/cpython/numpy-random.ts'
import { cpython } from '../../support/cpython.ts'

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describe('RandomState', () => {
  it.each(cpython.randomState)('chooses what numpy chooses from seed $seed, draw after draw', ({ seed, draws }) => {
    const state = new RandomState(seed)
    for (const [length, size, drawn] of draws)
      expect(state.choiceWithoutReplacement(range(length), size)).toEqual(drawn)
  })

  it('chooses items, not only positions', () => {
    const chosen = new RandomState(3).choiceWithoutReplacement(['a', 'b', 'c'], 3)
    expect(chosen.toSorted()).toEqual(['a', 'b', 'c'])
  })

  it.each([-1, 2 ** 32, 1.5, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => new RandomState(seed)).toThrow(expect.objectContaining({ code: 'SEED_INVALID' }))
  })

  it('refuses to choose more items than there are', () => {
    expect(() => new RandomState(1).choiceWithoutReplacement([1], 2)).toThrow(RangeError)
    expect(() => new RandomState(1).choiceWithoutReplacement([1], -1)).toThrow(RangeError)
  })
})
