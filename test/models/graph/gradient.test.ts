import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { gradients } from '../../../models/graph/gradient.ts'
import { Graph, type Tensor } from '../../../models/graph/graph.ts'
import * as op from '../../../models/graph/operations.ts'
import { evaluator, type Feed } from '../../support/onnx.ts'

const rng = new Rng(keyOfSeed(7), 0)
/** Away from 0 and from the bounds of the clamp, where a function bends. */
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, number)
function number(): number {
  const value = 0.3 + rng.float() * 1.5
  return [0.8, 1.2].some((bound) => Math.abs(value - bound) < 0.01) ? number() : value
}
const feed = (...dims: number[]): Feed => ({ data: numbers(dims.reduce((a, b) => a * b, 1)), dims })

interface Case {
  readonly of: (x: Tensor, y: Tensor, graph: Graph) => Tensor
  readonly x?: readonly number[]
  readonly y?: readonly number[]
}

/** Each operation over x [2, 3] and y [2, 3], or other shapes. */
const CASES: Readonly<Record<string, Case>> = {
  add: { of: op.add },
  'add, stretched': { of: op.add, y: [3] },
  'add, stretched on both sides': { of: op.add, x: [2, 1], y: [1, 3] },
  subtract: { of: op.subtract, y: [1, 3] },
  multiply: { of: op.multiply, y: [2, 1] },
  'multiply by itself': { of: (x, y) => op.add(op.multiply(x, x), y) },
  divide: { of: op.divide, x: [3], y: [2, 3] },
  minimum: { of: op.minimum },
  scale: { of: (x, y) => op.multiply(op.scale(x, -2.5), y) },
  shift: { of: (x, y) => op.multiply(op.shift(x, 0.7), y) },
  negate: { of: (x, y) => op.multiply(op.negate(x), y) },
  exponential: { of: (x, y) => op.multiply(op.exponential(x), y) },
  logarithm: { of: (x, y) => op.multiply(op.logarithm(x), y) },
  squareRoot: { of: (x, y) => op.multiply(op.squareRoot(x), y) },
  hyperbolicTangent: { of: (x, y) => op.multiply(op.hyperbolicTangent(x), y) },
  sigmoid: { of: (x, y) => op.multiply(op.sigmoid(x), y) },
  softplus: { of: (x, y) => op.multiply(op.softplus(x), y) },
  clamp: { of: (x, y) => op.multiply(op.clamp(x, 0.8, 1.2), y) },
  'matMul by a matrix for all': { of: op.matMul, x: [2, 2, 3], y: [3, 4] },
  'matMul of as many matrices': { of: op.matMul, x: [2, 2, 3], y: [2, 3, 4] },
  'matMul of two matrices': { of: op.matMul, x: [2, 3], y: [3, 2] },
  transpose: { of: (x, y) => op.matMul(op.transpose(x, [1, 2, 0]), y), x: [2, 3, 4], y: [2, 5] },
  reshape: { of: (x, y) => op.multiply(op.reshape(x, [3, 2]), y), y: [3, 2] },
  slice: { of: (x, y) => op.multiply(op.slice(x, 1, 1, 3), y), y: [2, 2] },
  concatenate: { of: (x, y) => op.multiply(op.concatenate([x, y, x], -1), op.concatenate([y, x, y], -1)) },
  'sum over one axis': { of: (x, y) => op.multiply(op.sum(x, [1]), y), y: [2] },
  'sum over all': { of: (x, y) => op.multiply(op.sum(x, [0, 1]), y) },
  'mean over kept axes': { of: (x, y) => op.multiply(op.mean(x, [0], { keepAxes: true }), y) },
  softmax: { of: (x, y) => op.multiply(op.softmax(x), y) },
  logSumExp: { of: (x, y) => op.multiply(op.logSumExp(x), y) },
  logSoftmax: { of: (x, y) => op.multiply(op.logSoftmax(x), y) },
  'embed, rows twice': {
    of: (x, y, graph) => op.multiply(op.embed(x, graph.constant('int64', [2, 2], BigInt64Array.of(1n, 0n, 1n, 1n))), y),
    y: [2, 2, 3],
  },
  targetLogProbs: {
    of: (x, y, graph) => op.targetLogProbs(x, y, graph.constant('int64', [3], BigInt64Array.of(3n, 0n, 3n))),
    x: [3, 2],
    y: [4, 2],
  },
}

describe('the gradient of an operation', () => {
  it.each(Object.entries(CASES))('agrees with central differences: %s', async (_, { of, x = [2, 3], y = [2, 3] }) => {
    const graph = new Graph()
    const [tensorX, tensorY] = [graph.input('x', 'float32', x), graph.input('y', 'float32', y)]
    const result = of(tensorX, tensorY, graph)
    // Weighted, so that no two elements of the result have the same gradient.
    const size = result.shape.reduce<number>((product, dim) => product * Number(dim), 1)
    const weights = graph.constant('float32', result.shape, numbers(size))
    const loss = op.sum(op.multiply(result, weights), [...result.shape.keys()])
    const [byX, byY] = gradients(loss, [tensorX, tensorY])
    graph.output('loss', loss)
    if (byX !== undefined) graph.output('byX', byX)
    if (byY !== undefined) graph.output('byY', byY)
    const run = await evaluator(graph)
    const feeds = { x: feed(...x), y: feed(...y) }
    const { byX: ofX, byY: ofY } = await run(feeds)
    for (const name of ['x', 'y'] as const) {
      const expected = await differences(async (changed) => Number((await run(changed)).loss?.[0]), feeds, name)
      const found = [...((name === 'x' ? ofX : ofY) ?? [])]
      expect(found.length).toBe(expected.length)
      for (const [at, value] of expected.entries())
        expect(Math.abs(Number(found[at]) - value) / Math.max(1, Math.abs(value))).toBeLessThan(2e-3)
    }
  })

  it('is summed over every way from a tensor to the loss', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1])
    const y = op.multiply(x, x)
    const loss = op.sum(op.add(op.multiply(y, x), y), [0])
    for (const gradient of gradients(loss, [x])) graph.output('byX', gradient)
    const run = await evaluator(graph)
    const { byX } = await run({ x: { data: Float32Array.of(2), dims: [1] } })
    expect([...(byX ?? [])]).toEqual([3 * 4 + 2 * 2])
  })

  it('does not pass a constant', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', [1])
    const loss = op.sum(op.multiply(x, op.withoutGradient(x)), [0])
    for (const gradient of gradients(loss, [x])) graph.output('byX', gradient)
    const run = await evaluator(graph)
    expect([...((await run({ x: { data: Float32Array.of(3), dims: [1] } })).byX ?? [])]).toEqual([3])
  })

  it('is refused if the loss has axes, or does not depend on a tensor', () => {
    const graph = new Graph()
    const [x, y] = [graph.input('x', 'float32', [2]), graph.input('y', 'float32', [2])]
    expect(() => gradients(x, [x])).toThrow('a loss is a scalar, not of shape [2]')
    expect(() => gradients(op.sum(x, [0]), [y])).toThrow('the loss does not depend on y')
  })
})

/** Central differences of a function by each value of one feed. */
async function differences(
  of: (feeds: Readonly<Record<string, Feed>>) => Promise<number>,
  feeds: Readonly<Record<string, Feed>>,
  name: string,
): Promise<readonly number[]> {
  const given = feeds[name]
  if (given === undefined) throw new Error(`no feed is called ${name}`)
  const found: number[] = []
  for (const index of given.data.keys()) {
    const at = async (step: number): Promise<number> => {
      const data = Float32Array.from(given.data as Float32Array)
      data[index] = Number(data[index]) + step
      return of({ ...feeds, [name]: { ...given, data } })
    }
    found.push(((await at(STEP)) - (await at(-STEP))) / (2 * STEP))
  }
  return found
}

/** A power of two, which float32 adds exactly enough. */
const STEP = 2 ** -8
