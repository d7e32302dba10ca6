import { describe, expect, it } from 'vitest'
import {
  choiceFeatures,
  emptyGradient,
  featureLists,
  initialPolicyWeights,
  type PolicySizes,
  policyNetwork,
} from '../../../agents/policy.ts'
import { Rng } from '../../../core/data/rng.ts'
import { categoricalNetwork } from '../../../models/networks/categorical.ts'
import type { Weights } from '../../../models/weights/weights.ts'

const SIZES: PolicySizes = { features: 40, hidden: 5 }

/** Weights that are multiples of 2^-10, so that a step of 2^-8 is exact in float32. */
function someWeights(seed: number): Weights {
  const rng = new Rng({ word0: seed, word1: 1 }, 0)
  return Object.fromEntries(
    Object.entries(initialPolicyWeights(SIZES, seed)).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => rng.int(-700, 700) / 1024) },
    ]),
  )
}

const ROWS = { starts: Int32Array.of(0, 3, 4, 7), slots: Int32Array.of(1, 7, 7, 39, 0, 12, 1) }

const changed = (weights: Weights, name: string, at: number, by: number): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([key, { shape, data }]) => [
      key,
      { shape, data: key === name ? data.map((value, place) => (place === at ? value + by : value)) : data },
    ]),
  )

/** The formula as it is written, in float64. */
function plainLogProbs({ embedding, bias, head }: Weights): readonly number[] {
  const at = (weight: Weights[string] | undefined, place: number): number => weight?.data[place] ?? Number.NaN
  const logits = [[1, 7, 7], [39], [0, 12, 1]].map((slots) => {
    const units = Array.from({ length: 5 }, (_, unit) =>
      Math.tanh(at(bias, unit) + slots.reduce((sum, slot) => sum + at(embedding, slot * 5 + unit), 0)),
    )
    return units.reduce((sum, activation, unit) => sum + activation * at(head, unit), 0)
  })
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
  return logits.map((logit) => logit - Math.log(total))
}

describe('the network of a policy', () => {
  it('computes softmax over head . tanh(bias + embeddings)', () => {
    const weights = someWeights(3)
    const { logProbs } = policyNetwork(weights).forward(ROWS)
    for (const [at, value] of plainLogProbs(weights).entries()) expect(logProbs[at]).toBeCloseTo(value, 12)
  })

  it('has the gradient of its log-probabilities, by central differences', () => {
    const weights = someWeights(4)
    const network = policyNetwork(weights)
    const slopes = [0.7, -1.3, 0.4]
    const lossOf = (other: Weights): number =>
      policyNetwork(other)
        .forward(ROWS)
        .logProbs.reduce((sum, value, at) => sum + (slopes[at] ?? 0) * value, 0)
    const forward = network.forward(ROWS)
    const total = slopes.reduce((sum, slope) => sum + slope, 0)
    const logits = slopes.map((slope, at) => slope - total * Math.exp(forward.logProbs[at] ?? 0))
    const gradient = emptyGradient(SIZES)
    network.backward(ROWS, forward, logits, gradient)
    const step = 2 ** -8
    for (const [name, values] of Object.entries(gradient))
      values.forEach((value: number, at: number) => {
        const rise = lossOf(changed(weights, name, at, step)) - lossOf(changed(weights, name, at, -step))
        expect(Math.abs(value - rise / (2 * step)), `${name} ${at}`).toBeLessThan(2e-5)
      })
  })

  it('adds gradients of one state to those of another', () => {
    const network = policyNetwork(someWeights(5))
    const forward = network.forward(ROWS)
    const [once, twice] = [emptyGradient(SIZES), emptyGradient(SIZES)]
    network.backward(ROWS, forward, [1, -1, 0], once)
    network.backward(ROWS, forward, [1, -1, 0], twice)
    network.backward(ROWS, forward, [1, -1, 0], twice)
    expect([...twice.embedding]).toEqual(Array.from(once.embedding, (value) => 2 * value))
    expect(once.head.some((value) => value !== 0)).toBe(true)
  })

  it('makes every action equally likely with its first weights', () => {
    const { logProbs } = policyNetwork(initialPolicyWeights(SIZES, 9)).forward(ROWS)
    for (const value of logProbs) expect(value).toBeCloseTo(Math.log(1 / 3), 12)
  })

  it('has the weights of categoricalNetwork, which reads the same features', () => {
    const weights = initialPolicyWeights(SIZES, 1)
    const network = categoricalNetwork(SIZES)
    const shapes = Object.entries(weights).map(([name, { shape }]) => [name, shape])
    expect(shapes).toEqual(Object.entries(network.weights).map(([name, { shape }]) => [name, shape]))
    expect(network.problemOf({ candidates: featureLists(ROWS), index: 2 })).toBeNull()
    expect(featureLists(ROWS).map((features) => features.map(({ feature }) => feature))).toEqual([
      [1, 7, 7],
      [39],
      [0, 12, 1],
    ])
  })

  it('has a version that changes with the weights and not with the object', () => {
    const weights = someWeights(6)
    expect(policyNetwork(weights).version).toBe(policyNetwork({ ...weights }).version)
    expect(policyNetwork(weights).version).not.toBe(policyNetwork(changed(weights, 'bias', 0, 1)).version)
  })

  it('refuses weights of another network, and ones that are not finite', () => {
    const weights = someWeights(7)
    const { head: _, ...headless } = weights
    expect(() => policyNetwork(headless)).toThrowError('weights: head is missing')
    expect(() => policyNetwork({})).toThrowError('policy: embedding is missing')
    expect(() => policyNetwork(changed(weights, 'head', 2, Number.NaN))).toThrowError('policy: head has NaN at 2')
  })

  it('reads the features of a real state', () => {
    const rows = choiceFeatures({ observation: 'Goal: go up', actions: ['up', 'down'] }, SIZES.features)
    expect(policyNetwork(someWeights(8)).forward(rows).logProbs).toHaveLength(2)
  })
})
