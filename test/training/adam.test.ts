import { describe, expect, it } from 'vitest'
import { emptyGradient, initialPolicyWeights } from '../../agents/policy.ts'
import { Rng } from '../../core/data/rng.ts'
import { adamStep, startingAdam } from '../../training/adam.ts'

const SIZES = { features: 3, hidden: 2 }
const SETTINGS = { learningRate: 0.05, maxGradientNorm: 1 }

function randomGradient(seed: number, scale: number) {
  const rng = new Rng({ word0: seed, word1: 3 }, 0)
  const drawn = (values: Float64Array): Float64Array => values.map(() => scale * (rng.float() - 0.5))
  const { embedding, bias, head } = emptyGradient(SIZES)
  return { embedding: drawn(embedding), bias: drawn(bias), head: drawn(head) }
}

const flat = (parts: Readonly<Record<string, { readonly data: Float32Array }>>): readonly number[] =>
  Object.values(parts).flatMap(({ data }) => [...data])

describe('Adam', () => {
  it('is the algorithm of the paper on the clipped gradient, rounded to float32', () => {
    let state = startingAdam(initialPolicyWeights(SIZES, 1))
    const plain = flat(state.weights).map((value) => ({ value, mean: 0, square: 0 }))
    for (let step = 1; step <= 5; step++) {
      const gradient = randomGradient(step, step === 3 ? 40 : 0.3)
      const slopes = [...gradient.embedding, ...gradient.bias, ...gradient.head]
      const norm = Math.hypot(...slopes)
      const stepped = adamStep(state, gradient, SETTINGS)
      state = stepped.state
      expect(stepped.norm).toBeCloseTo(norm, 10)
      for (const [at, weight] of plain.entries()) {
        const slope = (slopes[at] ?? 0) * Math.min(1, 1 / norm)
        weight.mean = 0.9 * weight.mean + 0.1 * slope
        weight.square = 0.999 * weight.square + 0.001 * slope * slope
        const unbiased = weight.mean / (1 - 0.9 ** step)
        weight.value -= (0.05 * unbiased) / (Math.sqrt(weight.square / (1 - 0.999 ** step)) + 1e-8)
      }
      for (const [at, value] of flat(state.weights).entries()) expect(value).toBeCloseTo(plain[at]?.value ?? 0, 5)
    }
    expect(state.count).toBe(5)
  })

  it('leaves the state before it as it was', () => {
    const before = startingAdam(initialPolicyWeights(SIZES, 2))
    const kept = flat(before.weights)
    const { state } = adamStep(before, randomGradient(1, 1), SETTINGS)
    expect(flat(before.weights)).toEqual(kept)
    expect(flat(before.first).every((value) => value === 0)).toBe(true)
    expect(flat(state.weights)).not.toEqual(kept)
  })
})
