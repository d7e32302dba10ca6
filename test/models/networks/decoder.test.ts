import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { Graph, type Tensor } from '../../../models/graph/graph.ts'
import { sum } from '../../../models/graph/operations.ts'
import {
  type DecoderConfig,
  decoderLogProbs,
  decoderWeights,
  expectDecoderConfig,
} from '../../../models/networks/decoder.ts'
import { decoderNetwork, type TokenAction } from '../../../models/networks/token-network.ts'
import { initialWeights, parameterCount, type Weights } from '../../../models/weights/weights.ts'
import { evaluator, type Feed } from '../../support/onnx.ts'
import { plainDecoder } from './plain.ts'

const CONFIG: DecoderConfig = { vocabulary: 37, width: 16, heads: 2, layers: 2, hidden: 24, maxLength: 32 }
const SPECS = decoderWeights(CONFIG)

/** Spread wide enough for attention to prefer some positions. */
const weightsOf = (seed: number): Weights =>
  Object.fromEntries(
    Object.entries(initialWeights(SPECS, seed)).map(([name, { shape, data }]) => [
      name,
      { shape, data: shape.length === 2 ? data.map((value) => value * 12) : data },
    ]),
  )

const rng = new Rng(keyOfSeed(3), 0)
const sequence = (length: number): readonly number[] => Array.from({ length }, () => rng.int(0, CONFIG.vocabulary - 1))

function graphOf() {
  const graph = new Graph()
  const tensors = new Map<string, Tensor>(
    Object.entries(SPECS).map(([name, { shape }]) => [name, graph.input(name, 'float32', shape)]),
  )
  const weight = (name: string): Tensor => {
    const found = tensors.get(name)
    if (found === undefined) throw new Error(name)
    return found
  }
  const ids = graph.input('ids', 'int64', ['B', 'T'])
  const targets = graph.input('targets', 'int64', ['B', 'T'])
  const logProbs = decoderLogProbs(CONFIG, weight, ids, targets)
  graph.output('log_probs', logProbs)
  return { graph, logProbs, tensors }
}

const weightFeeds = (weights: Weights): Readonly<Record<string, Feed>> =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, { data, dims: shape }]))

function tokenFeeds(sequences: readonly (readonly number[])[]): Readonly<Record<string, Feed>> {
  const length = Math.max(...sequences.map((each) => each.length)) - 1
  const part = (from: number): Feed => ({
    data: BigInt64Array.from(
      sequences.flatMap((each) => Array.from({ length }, (_, at) => BigInt(each[at + from] ?? 0))),
    ),
    dims: [sequences.length, length],
  })
  return { ids: part(0), targets: part(1) }
}

describe('the decoder', () => {
  it('is fed with as many sequences as there are', () => {
    const one = { promptTokenIds: [1], actionTokenIds: [2, 3] }
    const { ids, targets } = decoderNetwork(CONFIG).feedsOf(new Array<TokenAction>(200_000).fill(one))
    expect([ids?.dims, targets?.dims]).toEqual([
      [200_000, 2],
      [200_000, 2],
    ])
    expect(targets?.data.slice(-2)).toEqual(BigInt64Array.of(2n, 3n))
  })

  it('agrees with a plain version in float64, for sequences of several lengths at once', async () => {
    const run = await evaluator(graphOf().graph)
    const weights = weightsOf(1)
    const sequences = [sequence(12), sequence(5), sequence(2)]
    const { log_probs: found = [] } = await run({ ...weightFeeds(weights), ...tokenFeeds(sequences) })
    for (const [row, tokens] of sequences.entries())
      for (const [at, expected] of plainDecoder(CONFIG, weights, tokens).entries())
        expect(Math.abs(Number(found[row * 11 + at]) - expected)).toBeLessThan(1e-5)
  })

  it('is not changed by what follows a token', async () => {
    const run = await evaluator(graphOf().graph)
    const weights = weightFeeds(weightsOf(2))
    const [begin, end, other] = [sequence(6), sequence(4), sequence(4)]
    const { log_probs: one = [] } = await run({ ...weights, ...tokenFeeds([[...begin, ...end]]) })
    const { log_probs: two = [] } = await run({ ...weights, ...tokenFeeds([[...begin, ...other]]) })
    expect([...one].slice(0, 5)).toEqual([...two].slice(0, 5))
    expect([...one].slice(5)).not.toEqual([...two].slice(5))
  })

  it('has gradients by every weight that agree with central differences of the plain version', async () => {
    const { graph, logProbs, tensors } = graphOf()
    const loss = sum(logProbs, [0, 1])
    for (const [at, gradient] of gradients(loss, [...tensors.values()]).entries())
      graph.output(`gradient${at}`, gradient)
    const run = await evaluator(graph)
    const weights = weightsOf(4)
    const tokens = sequence(7)
    const found = await run({ ...weightFeeds(weights), ...tokenFeeds([tokens]) })
    for (const [at, name] of Object.keys(SPECS).entries()) {
      const index = rng.int(0, Number(weights[name]?.data.length) - 1)
      const expected = difference(weights, name, index, tokens)
      const value = Number(found[`gradient${at}`]?.[index])
      expect(Math.abs(value - expected), `${name} ${index}`).toBeLessThan(1e-3 * Math.max(1, Math.abs(expected)))
    }
  })

  it('says what is wrong with its sizes', () => {
    expect(() => expectDecoderConfig({ ...CONFIG, width: 18 })).toThrow('width is a multiple of twice the heads')
    expect(() => expectDecoderConfig({ ...CONFIG, layers: 0 })).toThrow('layers is a whole number from 1, not 0')
  })

  it('counts its parameters', () => {
    const { vocabulary: v, width: d, hidden: h } = CONFIG
    expect(parameterCount(SPECS)).toBe(v * d + 2 * (4 * d * d + 3 * d * h + 2 * d) + d)
  })
})

/** Central difference, in float64, of the sum of log-probabilities by one value of a weight. */
function difference(weights: Weights, name: string, index: number, tokens: readonly number[]): number {
  const step = 1e-3
  const at = (change: number): number => {
    const weight = weights[name]
    if (weight === undefined) throw new Error(name)
    const data = Float64Array.from(weight.data)
    data[index] = Number(data[index]) + change
    const changed = { ...weights, [name]: { shape: weight.shape, data } }
    return plainDecoder(CONFIG, changed, tokens).reduce((total, value) => total + value, 0)
  }
  return (at(step) - at(-step)) / (2 * step)
}
