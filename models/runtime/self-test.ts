import { GymError } from '../../core/data/errors.ts'
import { encodeGraph } from '../graph/encode.ts'
import { gradients } from '../graph/gradient.ts'
import { Graph, type Tensor } from '../graph/graph.ts'
import { sum } from '../graph/operations.ts'
import { type DecoderConfig, decoderLogProbs, decoderWeights } from '../networks/decoder.ts'
import { initialWeights, tensorsOf, type WeightSpecs } from '../weights/weights.ts'
import type { TensorValue, TensorValues } from './messages.ts'

/** What the self-test runs on. */
interface Tested {
  loadModel(
    model: Uint8Array,
    follow: Readonly<Record<string, string>>,
    options: { readonly isOptimised: boolean },
  ): Promise<{
    run(run: { readonly feeds: TensorValues; readonly fetches: readonly string[] }): Promise<TensorValues>
    close(): Promise<void>
  }>
}

/** Decoder of the self-test, and the tokens that it reads. */
export const TEST_DECODER: DecoderConfig = { vocabulary: 11, width: 8, heads: 2, layers: 1, hidden: 12, maxLength: 8 }
export const TEST_TOKENS = [3, 1, 4, 1, 5, 9, 2, 6] as const
/** Weights are this many times the usual ones, so that every part of the decoder has a say. */
const SPREAD = 30
/** Sum of the log-probabilities of the tokens, from float64. */
export const TEST_ANSWER = -28.490053527228
const TOLERANCE = 1e-4
/** Step along the gradient, and the part by which the change may miss its length. */
const STEP = 0.01
const STEP_TOLERANCE = 0.02

/** Weights of the self-test. */
export const testWeights = () => initialWeights(decoderWeights(TEST_DECODER), 1, SPREAD)

/**
 * Runs a small decoder forwards and backwards on a device: the sum of its log-probabilities against the known one, its
 * gradients under optimisation against those without, and their lengths against steps along them. onnxruntime 1.30 has
 * a wrong fusion on CPUs that changes gradients and nothing else.
 * @throws GymError DEVICE_UNAVAILABLE, saying which of them differs.
 */
export async function selfTest(runtime: Tested): Promise<void> {
  const specs = decoderWeights(TEST_DECODER)
  const model = encodeGraph(testGraph(specs))
  const optimised = await runtime.loadModel(model, {}, { isOptimised: true })
  const plain = await runtime.loadModel(model, {}, { isOptimised: false })
  const names = Object.keys(specs)
  const fetches = ['total', ...names.map(gradientName)]
  const weights = tensorsOf(testWeights())
  const run = (session: typeof plain, values: TensorValues): Promise<TensorValues> =>
    session.run({ feeds: { ...values, ...tokenFeeds() }, fetches })
  const found = await run(optimised, weights)
  expectNear('the sum of log-probabilities', scalarOf(found, 'total'), TEST_ANSWER, TOLERANCE)
  expectSame(await run(plain, weights), found)
  await expectSlopes(found, async (values) => scalarOf(await run(optimised, values), 'total'))
  await Promise.all([optimised.close(), plain.close()])
}

const gradientName = (weight: string): string => `gradient of ${weight}`

function testGraph(specs: WeightSpecs): Graph {
  const graph = new Graph()
  const weights = new Map(
    Object.entries(specs).map(([name, { shape }]) => [name, graph.input(name, 'float32', shape)] as const),
  )
  const [ids, targets] = [graph.input('ids', 'int64', ['B', 'T']), graph.input('targets', 'int64', ['B', 'T'])]
  const total = sum(
    decoderLogProbs(TEST_DECODER, (name) => weights.get(name) ?? missing(name), ids, targets),
    [0, 1],
  )
  graph.output('total', total)
  const by = gradients(total, [...weights.values()])
  for (const [index, name] of [...weights.keys()].entries())
    graph.output(gradientName(name), by[index] ?? missing(name))
  return graph
}

const missing = (name: string): Tensor => fail(`${name} is missing`)

const tokenFeeds = (): TensorValues => ({
  ids: tokensFrom(TEST_TOKENS.slice(0, -1)),
  targets: tokensFrom(TEST_TOKENS.slice(1)),
})

const tokensFrom = (tokens: readonly number[]): TensorValue => ({
  type: 'int64',
  dims: [1, tokens.length],
  data: BigInt64Array.from(tokens, BigInt),
})

function expectSame(plain: TensorValues, optimised: TensorValues): void {
  for (const name of Object.keys(plain)) {
    const [expected, found] = [floatsOf(plain, name), floatsOf(optimised, name)]
    const scale = Math.max(1, ...expected.map(Math.abs))
    for (const [at, value] of expected.entries())
      expectNear(`${name} under optimisation`, Number(found[at]), value, TOLERANCE * scale)
  }
}

/** A step along the gradient of each weight changes the total by the length of that gradient. */
async function expectSlopes(found: TensorValues, totalOf: (weights: TensorValues) => Promise<number>): Promise<void> {
  const weights = testWeights()
  for (const [name, { shape, data }] of Object.entries(weights)) {
    const gradient = floatsOf(found, gradientName(name))
    const length = Math.hypot(...gradient)
    const moved = (step: number): Promise<number> => {
      const there = data.map((value, at) => value + (step * Number(gradient[at])) / length)
      return totalOf(tensorsOf({ ...weights, [name]: { shape, data: there } }))
    }
    const slope = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP)
    expectNear(`the slope along the ${gradientName(name)}`, slope, length, STEP_TOLERANCE)
  }
}

function expectNear(what: string, found: number, expected: number, tolerance: number): void {
  if (!(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected))))
    fail(`${what} is ${found}, not ${expected}`)
}

const scalarOf = (values: TensorValues, name: string): number => Number(floatsOf(values, name)[0])

function floatsOf(values: TensorValues, name: string): Float32Array {
  const value = values[name]
  return value?.type === 'float32' ? value.data : fail(`${name} is missing`)
}

function fail(problem: string): never {
  throw new GymError('DEVICE_UNAVAILABLE', problem)
}
