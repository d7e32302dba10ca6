import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { Graph, type Tensor } from '../../../models/graph/graph.ts'
import { multiply, sum } from '../../../models/graph/operations.ts'
import { categoricalLogProbs, categoricalNetwork } from '../../../models/networks/categorical.ts'
import { evaluator, type Feed } from '../../support/onnx.ts'

const CONFIG = { features: 9, hidden: 4 }
const [STATES, ACTIONS, FEATURES] = [2, 3, 2] as const
const rng = new Rng(keyOfSeed(5), 0)
const float = (): number => rng.float() * 2 - 1
const feedOf = (dims: readonly number[], value: () => number): Feed => ({
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, value),
  dims,
})

const FEEDS: Readonly<Record<string, Feed>> = {
  embedding: feedOf([CONFIG.features, CONFIG.hidden], float),
  bias: feedOf([CONFIG.hidden], float),
  head: feedOf([CONFIG.hidden, 1], float),
  features: {
    data: BigInt64Array.of(1n, 2n, 3n, 3n, 5n, 0n, 1n, 4n, 8n, 7n, 0n, 0n),
    dims: [STATES, ACTIONS, FEATURES],
  },
  values: feedOf([STATES, ACTIONS, FEATURES], float),
  /** The second state has two actions. */
  mask: { data: Float32Array.of(0, 0, 0, 0, 0, -1e9), dims: [STATES, ACTIONS] },
}

function network() {
  const graph = new Graph()
  const weights = new Map<string, Tensor>(
    Object.entries(categoricalNetwork(CONFIG).weights).map(([name, { shape }]) => [
      name,
      graph.input(name, 'float32', shape),
    ]),
  )
  const inputs = {
    features: graph.input('features', 'int64', ['S', 'A', 'F']),
    values: graph.input('values', 'float32', ['S', 'A', 'F']),
    mask: graph.input('mask', 'float32', ['S', 'A']),
  }
  const logProbs = categoricalLogProbs((name) => weights.get(name) ?? inputs.mask, inputs)
  graph.output('log_probs', logProbs)
  return { graph, weights, logProbs }
}

/** Log-probabilities in float64, one action after another. */
function plain(feeds: Readonly<Record<string, Feed>>): readonly number[] {
  const at = (name: string, index: number): number => Number(feeds[name]?.data[index])
  return Array.from({ length: STATES }, (_, state) => {
    const scores = Array.from({ length: ACTIONS }, (_, action) => {
      const first = (state * ACTIONS + action) * FEATURES
      const hidden = Array.from({ length: CONFIG.hidden }, (_, unit) =>
        Math.tanh(
          [0, 1].reduce(
            (total, f) =>
              total + at('values', first + f) * at('embedding', at('features', first + f) * CONFIG.hidden + unit),
            at('bias', unit),
          ),
        ),
      )
      return hidden.reduce(
        (total, value, unit) => total + value * at('head', unit),
        at('mask', state * ACTIONS + action),
      )
    })
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0))
    return scores.map((score) => score - total)
  }).flat()
}

describe('the categorical network', () => {
  it('agrees with a plain version in float64; masked actions have probability 0', async () => {
    const run = await evaluator(network().graph)
    const { log_probs: found = [] } = await run(FEEDS)
    for (const [at, expected] of plain(FEEDS).entries()) expect(Number(found[at]) / expected).toBeCloseTo(1, 5)
    expect(Math.exp(Number(found[5]))).toBe(0)
  })

  it('has gradients by every weight that agree with central differences', async () => {
    const { graph, weights, logProbs } = network()
    const chosen = [1, 0, 0, 0, 1, 0]
    const taken = graph.input('taken', 'float32', ['S', 'A'])
    for (const [at, gradient] of gradients(sum(multiply(logProbs, taken), [0, 1]), [...weights.values()]).entries())
      graph.output(`gradient${at}`, gradient)
    const run = await evaluator(graph)
    const found = await run({ ...FEEDS, taken: { data: Float32Array.from(chosen), dims: [STATES, ACTIONS] } })
    const loss = (feeds: Readonly<Record<string, Feed>>): number =>
      plain(feeds).reduce((total, value, at) => total + value * Number(chosen[at]), 0)
    for (const [at, name] of [...weights.keys()].entries())
      for (const index of [...(FEEDS[name]?.data.keys() ?? [])]) {
        const moved = (step: number): number => loss({ ...FEEDS, [name]: shifted(FEEDS[name], index, step) })
        const expected = (moved(1e-3) - moved(-1e-3)) / 2e-3
        expect(Math.abs(Number(found[`gradient${at}`]?.[index]) - expected), `${name} ${index}`).toBeLessThan(1e-3)
      }
  })
})

function shifted(feed: Feed | undefined, index: number, step: number): Feed {
  const data = Float32Array.from((feed?.data ?? new Float32Array()) as Float32Array)
  data[index] = Number(data[index]) + step
  return { data, dims: feed?.dims ?? [] }
}
