import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { type AdamWOptions, adamWScalars, addAdamW, momentsOf, nextOf } from '../../../models/graph/adamw.ts'
import { Graph } from '../../../models/graph/graph.ts'
import { add, multiply, subtract, sum } from '../../../models/graph/operations.ts'
import { evaluator, type Feed } from '../../support/onnx.ts'

const rng = new Rng(keyOfSeed(11), 0)
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => rng.float() * 4 - 2)

const MATRIX = [2, 3] as const
const VECTOR = [3] as const
const TARGETS = { matrix: numbers(6), vector: numbers(3) }

/** Loss: squared distance of a matrix and a vector from targets. */
function trainer(options: AdamWOptions) {
  const graph = new Graph()
  const matrix = graph.input('matrix', 'float32', MATRIX)
  const vector = graph.input('vector', 'float32', VECTOR)
  const away = subtract(matrix, graph.constant('float32', MATRIX, TARGETS.matrix))
  const off = subtract(vector, graph.constant('float32', VECTOR, TARGETS.vector))
  const loss = add(sum(multiply(away, away), [0, 1]), sum(multiply(off, off), [0]))
  graph.output('loss', loss)
  addAdamW(loss, [matrix, vector], options)
  return evaluator(graph)
}

/** The same in float64, as PyTorch's documentation writes it. */
function plainAdamW(start: Readonly<Record<string, Float32Array>>, steps: number, rate: number, options: AdamWOptions) {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, maxGradNorm = 1 } = options
  const weights = Object.fromEntries(Object.entries(start).map(([name, data]) => [name, [...data]]))
  const moments = new Map<string, { m: number; v: number }>()
  const norms: number[] = []
  for (let step = 1; step <= steps; step++) {
    const gradients = Object.entries(weights).map(([name, data]) => ({
      name,
      data: data.map((value, i) => 2 * (value - Number(TARGETS[name as 'matrix' | 'vector'][i]))),
    }))
    const norm = Math.sqrt(gradients.flatMap(({ data }) => data).reduce((total, value) => total + value * value, 0))
    norms.push(norm)
    const factor = Math.min(1, maxGradNorm / (norm + 1e-6))
    for (const { name, data } of gradients)
      for (const [i, raw] of data.entries()) {
        const gradient = raw * factor
        const { m, v } = moments.get(`${name}${i}`) ?? { m: 0, v: 0 }
        const next = { m: beta1 * m + (1 - beta1) * gradient, v: beta2 * v + (1 - beta2) * gradient ** 2 }
        moments.set(`${name}${i}`, next)
        const decay = name === 'matrix' ? 1 - rate * weightDecay : 1
        const direction = next.m / (1 - beta1 ** step) / (Math.sqrt(next.v / (1 - beta2 ** step)) + epsilon)
        const list = weights[name]
        if (list !== undefined) list[i] = Number(list[i]) * decay - rate * direction
      }
  }
  return { weights, norms }
}

const CASES: Readonly<Record<string, AdamWOptions>> = {
  'without decay': {},
  'with decay of matrices alone': { weightDecay: 0.1 },
  'without clipping': { maxGradNorm: 1e6 },
  'with other rates': { beta1: 0.5, beta2: 0.95, epsilon: 1e-3 },
}

describe('AdamW', () => {
  it.each(Object.entries(CASES))('agrees with a plain version over 12 steps: %s', async (_, options) => {
    const run = await trainer(options)
    const start = { matrix: numbers(6), vector: numbers(3) }
    const expected = plainAdamW(start, 12, 0.05, options)
    let state: Readonly<Record<string, Feed>> = Object.fromEntries(
      Object.entries(start).flatMap(([name, data]) => {
        const dims = name === 'matrix' ? MATRIX : VECTOR
        const zeros = { data: new Float32Array(data.length), dims }
        const [m, v] = momentsOf(name)
        return [[name, { data, dims }] as const, [m, zeros] as const, [v, zeros] as const]
      }),
    )
    for (let step = 1; step <= 12; step++) {
      const scalars = Object.entries(adamWScalars(step, 0.05, options)).map(([name, value]) => [name, scalar(value)])
      const results = await run({ ...state, ...Object.fromEntries(scalars) })
      expect(Number(results.gradient_norm?.[0])).toBeCloseTo(Number(expected.norms[step - 1]), 4)
      state = Object.fromEntries(
        Object.entries(state).map(([name, { dims }]) => [
          name,
          { data: results[nextOf(name)] ?? new Float32Array(), dims },
        ]),
      )
    }
    for (const [name, values] of Object.entries(expected.weights))
      for (const [i, value] of values.entries())
        expect(Math.abs(Number(state[name]?.data[i]) - value)).toBeLessThan(2e-6)
  })
})

const scalar = (value: number): Feed => ({ data: Float32Array.of(value), dims: [] })
