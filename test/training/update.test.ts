import { describe, expect, it } from 'vitest'
import { initialPolicyWeights, type PolicyNetwork, policyNetwork } from '../../agents/policy.ts'
import { Rng } from '../../core/data/rng.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { startingAdam } from '../../training/adam.ts'
import { rowLoss } from '../../training/clipped-loss.ts'
import { gradientOf, type TrainingRow, updatePolicy } from '../../training/update.ts'

const SIZES = { features: 6, hidden: 3 }
const OBJECTIVE = { clip: 0.2, entropy: 0.05 }
const SETTINGS = { ...OBJECTIVE, learningRate: 0.05, maxGradientNorm: 1, epochs: 1, minibatches: 2 }
const FEATURES = { starts: Int32Array.of(0, 2, 3, 5), slots: Int32Array.of(0, 1, 2, 3, 5) }

function someWeights(seed: number): Weights {
  const rng = new Rng({ word0: seed, word1: 7 }, 0)
  return Object.fromEntries(
    Object.entries(initialPolicyWeights(SIZES, seed)).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => rng.int(-900, 900) / 1024) },
    ]),
  )
}

const changed = (weights: Weights, name: string, at: number, by: number): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([key, { shape, data }]) => [
      key,
      { shape, data: data.map((value, place) => value + (key === name && place === at ? by : 0)) },
    ]),
  )

const row = (index: number, oldLogProb: number, advantage: number): TrainingRow => ({
  rows: FEATURES,
  index,
  oldLogProb,
  advantage,
})

/** Written as the paper does. */
function plainLoss(network: PolicyNetwork, rows: readonly TrainingRow[]): number {
  const losses = rows.map(({ rows: features, index, oldLogProb, advantage }) => {
    const { logProbs } = network.forward(features)
    const ratio = Math.exp((logProbs[index] ?? 0) - oldLogProb)
    const clipped = Math.min(1.2, Math.max(0.8, ratio))
    const entropy = -logProbs.reduce((sum, value) => sum + Math.exp(value) * value, 0)
    return -Math.min(ratio * advantage, clipped * advantage) - OBJECTIVE.entropy * entropy
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** Inside the range, beyond it both ways, with advantages of both signs. */
const ROWS = [-1.1, -0.2, -3].flatMap((old) => [row(0, old, 1.5), row(1, old, -0.7), row(2, old, 0)])

describe('an update of the policy', () => {
  it('follows the gradient of the clipped objective with entropy, by central differences', () => {
    const weights = someWeights(1)
    const { gradient, clipped } = gradientOf(policyNetwork(weights), ROWS, OBJECTIVE)
    const step = 2 ** -9
    for (const [name, slopes] of Object.entries(gradient))
      slopes.forEach((slope: number, at: number) => {
        const rise =
          plainLoss(policyNetwork(changed(weights, name, at, step)), ROWS) -
          plainLoss(policyNetwork(changed(weights, name, at, -step)), ROWS)
        expect(Math.abs(slope - rise / (2 * step)), `${name} ${at}`).toBeLessThan(5e-5)
      })
    expect(clipped).toBeGreaterThan(0)
    expect(clipped).toBeLessThan(ROWS.length)
  })

  it('has the loss of the paper, row by row', () => {
    const network = policyNetwork(someWeights(2))
    const losses = ROWS.map((each) => rowLoss(network.forward(each.rows).logProbs, each, OBJECTIVE).loss)
    expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(plainLoss(network, ROWS), 12)
  })

  it('stops where the ratio has gone far enough in the direction of the advantage, and not where it must return', () => {
    const { logProbs } = policyNetwork(someWeights(3)).forward(FEATURES)
    const slopes = (oldLogProb: number, advantage: number): boolean =>
      rowLoss(logProbs, { index: 0, oldLogProb, advantage }, { clip: 0.2, entropy: 0 }).logitGradients.some(
        (slope) => slope !== 0,
      )
    const now = logProbs[0] ?? 0
    expect([slopes(now - 1, 1), slopes(now + 1, -1)]).toEqual([false, false])
    expect([slopes(now - 1, -1), slopes(now + 1, 1), slopes(now, 1)]).toEqual([true, true, true])
  })

  it('makes an action with a positive advantage likelier, and one with a negative advantage less likely', () => {
    const start = startingAdam(someWeights(4))
    const old = policyNetwork(start.weights).forward(FEATURES).logProbs
    const rows = [row(0, old[0] ?? 0, 1), row(1, old[1] ?? 0, -1)]
    const { state } = updatePolicy(start, rows, { ...SETTINGS, entropy: 0 }, new Rng({ word0: 1, word1: 1 }, 0))
    const fresh = policyNetwork(state.weights).forward(FEATURES).logProbs
    expect(fresh[0]).toBeGreaterThan(old[0] ?? 0)
    expect(fresh[1]).toBeLessThan(old[1] ?? 0)
  })

  it('makes one step of Adam for each minibatch of each epoch, and sees every row once an epoch', () => {
    const rng = new Rng({ word0: 1, word1: 1 }, 0)
    const { state } = updatePolicy(startingAdam(someWeights(5)), ROWS, { ...SETTINGS, epochs: 3 }, rng)
    expect(state.count).toBe(6)
    const few = updatePolicy(startingAdam(someWeights(5)), ROWS.slice(0, 2), { ...SETTINGS, minibatches: 50 }, rng)
    expect(few.state.count).toBe(2)
  })

  it('changes nothing without a row, and says so', () => {
    const start = startingAdam(someWeights(6))
    const report = updatePolicy(start, [], SETTINGS, new Rng({ word0: 1, word1: 1 }, 0))
    expect(report).toEqual({ state: start, clipFraction: null, gradientNorm: null })
  })

  it('is refused for advantages that leave the range of numbers', () => {
    const start = startingAdam(someWeights(3))
    for (const advantage of [1e200, -1.7e308])
      expect(() => updatePolicy(start, [row(0, -1, advantage)], SETTINGS, new Rng({ word0: 1, word1: 2 }, 0))).toThrow(
        expect.objectContaining({
          code: 'ESTIMATOR_INVALID',
          message: expect.stringContaining(`advantages of up to ${Math.abs(advantage)} make a gradient`),
        }),
      )
  })
})
