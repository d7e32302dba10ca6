import { describe, expect, it } from 'vitest'
import { choiceFeatures, initialPolicyWeights, type PolicyNetwork, policyNetwork } from '../../agents/policy.ts'
import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { Weights } from '../../models/weights/weights.ts'
import type { Demonstrated } from '../../training/demonstrations.ts'
import { cloningGradient, imitated } from '../../training/imitation.ts'

const SIZES = { features: 32, hidden: 3 }
const initial = initialPolicyWeights(SIZES, 1)
const weights: Weights = { ...initial, head: { shape: initial.head?.shape ?? [], data: Float32Array.of(1, -2, 0.5) } }
const choice = (observation: string, indices: readonly number[]): Demonstrated => ({
  rows: choiceFeatures({ observation, actions: ['up', 'down', 'left'] }, SIZES.features),
  indices,
})
const BATCH = [choice('a page', [0]), choice('another page', [1, 2]), choice('a third', [2])]
const SETTINGS = { learningRate: 0.05, maxGradientNorm: 1 }

/** Mean cross-entropy, as the formula has it. */
const lossOf = (network: PolicyNetwork, batch: readonly Demonstrated[]): number =>
  batch.reduce((sum, { rows, indices }) => {
    const { logProbs } = network.forward(rows)
    return sum - indices.reduce((all, index) => all + (logProbs[index] ?? 0), 0) / indices.length
  }, 0) / batch.length

const moved = (name: string, at: number, by: number): PolicyNetwork => {
  const { shape = [], data = new Float32Array() } = weights[name] ?? {}
  const copy = data.slice()
  copy[at] = (copy[at] ?? 0) + by
  return policyNetwork({ ...weights, [name]: { shape, data: copy } })
}

describe('behaviour cloning', () => {
  it('follows the gradient of the cross-entropy, by finite differences', () => {
    const gradient = cloningGradient(policyNetwork(weights), BATCH)
    const step = 1 / 256
    for (const [name, slopes] of Object.entries<Float64Array>({ ...gradient }))
      for (const [at, slope] of slopes.entries()) {
        const difference = lossOf(moved(name, at, step), BATCH) - lossOf(moved(name, at, -step), BATCH)
        expect(slope, `${name} ${at}`).toBeCloseTo(difference / (2 * step), 3)
      }
  })

  it('makes the choices of the solver likelier, and is a function of its random numbers', () => {
    const rng = (): Rng => new Rng(keyOfSeed(1), 0)
    const learnt = imitated(weights, BATCH, SETTINGS, rng())
    expect(lossOf(policyNetwork(learnt), BATCH)).toBeLessThan(lossOf(policyNetwork(weights), BATCH) - 0.2)
    expect(imitated(weights, BATCH, SETTINGS, rng())).toEqual(learnt)
  })

  it('changes nothing without a choice', () => {
    expect(imitated(weights, [], SETTINGS, new Rng(keyOfSeed(1), 0))).toBe(weights)
  })
})
