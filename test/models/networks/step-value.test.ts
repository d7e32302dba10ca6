import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { Graph } from '../../../models/graph/graph.ts'
import { addNetwork } from '../../../models/networks/network.ts'
import { stepValueNetwork } from '../../../models/networks/step-value.ts'
import { sumLoss } from '../../../models/training/sum-regression.ts'
import { evaluator, type Feed } from '../../support/onnx.ts'

const CONFIG = { features: 7, hidden: 3 }
const STEPS = [
  [
    { feature: 1, value: 0.5 },
    { feature: 6, value: -2 },
  ],
  [{ feature: 3, value: 1 }],
  [
    { feature: 1, value: 1 },
    { feature: 2, value: 0.25 },
    { feature: 5, value: 1.5 },
  ],
]
/** Steps 0 and 1 are of one episode, step 2 of another. */
const EPISODES = [[0, 1], [2]]
const TARGETS = [0.7, -0.4]
const SHARES = [0.25, 0.75]

const rng = new Rng(keyOfSeed(3), 0)
const { weights: specs } = stepValueNetwork(CONFIG)
const WEIGHTS: Readonly<Record<string, Feed>> = Object.fromEntries(
  Object.entries(specs).map(([name, { shape }]) => [
    name,
    {
      dims: shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.float() * 2 - 1),
    },
  ]),
)

/** The loss in float64, step by step. */
function plainLoss(weights: Readonly<Record<string, { readonly data: ArrayLike<number | bigint> }>>): number {
  const at = (name: string, index: number): number => Number(weights[name]?.data[index])
  const values = STEPS.map((step) =>
    Array.from({ length: CONFIG.hidden }, (_, unit) => {
      const sum = step.reduce(
        (total, { feature, value }) => total + value * at('embedding', feature * CONFIG.hidden + unit),
        at('bias', unit),
      )
      return at('head', unit) * Math.tanh(sum)
    }).reduce((a, b) => a + b, 0),
  )
  return EPISODES.map((steps, row) => {
    const error = steps.reduce((sum, step) => sum + Number(values[step]), 0) - Number(TARGETS[row])
    return Number(SHARES[row]) * error * error
  }).reduce((a, b) => a + b, 0)
}

async function evaluated() {
  const graph = new Graph()
  const network = stepValueNetwork(CONFIG)
  const { weights, output } = addNetwork(graph, network)
  const loss = sumLoss({
    values: output,
    members: graph.input('members', 'float32', ['N', 'B']),
    targets: graph.input('targets', 'float32', ['N', 1]),
    shares: graph.input('shares', 'float32', ['N', 1]),
  })
  graph.output('loss', loss)
  for (const [at, gradient] of gradients(loss, weights).entries()) graph.output(`by ${weights[at]?.name}`, gradient)
  const feeds = Object.fromEntries(
    Object.entries(network.feedsOf(STEPS)).flatMap(([name, { type, dims, data }]) =>
      type === 'bool' ? [] : [[name, { dims, data }] as const],
    ),
  )
  const run = await evaluator(graph)
  return run({
    ...WEIGHTS,
    ...feeds,
    members: { dims: [2, 3], data: Float32Array.of(1, 1, 0, 0, 0, 1) },
    targets: { dims: [2, 1], data: Float32Array.from(TARGETS) },
    shares: { dims: [2, 1], data: Float32Array.from(SHARES) },
  })
}

describe('a network of step values, trained by the sums of episodes', () => {
  it('has the loss that a plain computation has', async () => {
    expect((await evaluated()).loss?.[0]).toBeCloseTo(plainLoss(WEIGHTS), 5)
  })

  it.each(Object.keys(WEIGHTS))('has the gradient by %s that central differences have', async (name) => {
    const results = await evaluated()
    const values = Array.from(WEIGHTS[name]?.data ?? [], Number)
    const step = 1e-4
    const moved = (index: number, by: number): number =>
      plainLoss({ ...WEIGHTS, [name]: { data: values.map((value, at) => (at === index ? value + by : value)) } })
    const expected = values.map((_, index) => (moved(index, step) - moved(index, -step)) / (2 * step))
    expect([...(results[`by ${name}`] ?? [])]).toEqual(expected.map((value) => expect.closeTo(value, 4)))
  })

  it('begins with values of 0, and refuses features that it does not have', () => {
    const network = stepValueNetwork(CONFIG)
    expect(network.weights.head?.init).toEqual({ constant: 0 })
    expect(network.problemOf([{ feature: 7, value: 1 }])).toContain('is not one of 7')
    expect(network.problemOf([{ feature: 0, value: Number.NaN }])).toContain('with a finite value')
    expect(() => stepValueNetwork({ features: 0, hidden: 1 })).toThrow(/features is a whole number from 1/)
  })
})
