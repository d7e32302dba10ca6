import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adamWScalars, addAdamW, momentsOf, nextOf } from '../../../models/graph/adamw.ts'
import { Graph, type Tensor } from '../../../models/graph/graph.ts'
import { matMul, multiply, subtract, sum } from '../../../models/graph/operations.ts'
import { DeviceThread } from '../../../models/runtime/device-thread.ts'
import type { TensorValue, TensorValues } from '../../../models/runtime/messages.ts'
import { openRuntime, type Runtime } from '../../../models/runtime/runtime.ts'
import { selfTest, TEST_ANSWER, TEST_DECODER, TEST_TOKENS, testWeights } from '../../../models/runtime/self-test.ts'
import { plainDecoder } from '../networks/plain.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime({ device: 'cpu' })
})
afterAll(() => runtime.close())

const floats = (...values: number[]): TensorValue => ({
  type: 'float32',
  dims: [values.length],
  data: Float32Array.from(values),
})
const scalar = (value: number): TensorValue => ({ type: 'float32', dims: [], data: Float32Array.of(value) })
const listOf = (values: TensorValues, name: string): readonly number[] => [...(values[name]?.data ?? [])].map(Number)

/** Moves `w` towards `goal` by AdamW. */
function trainingGraph(): Graph {
  const graph = new Graph()
  const [weight, goal] = [graph.input('w', 'float32', [2]), graph.input('goal', 'float32', ['N'])]
  const away = subtract(weight, graph.input('centre', 'float32', [2]))
  graph.output('total', sum(goal, [0]))
  const loss = sum(multiply(away, away), [0])
  graph.output('loss', loss)
  addAdamW(loss, [weight])
  return graph
}

const FOLLOW = Object.fromEntries(['w', ...momentsOf('w')].map((name) => [name, nextOf(name)]))
const startState = (): TensorValues =>
  Object.fromEntries(['w', ...momentsOf('w')].map((name) => [name, name === 'w' ? floats(1, -1) : floats(0, 0)]))

function stepFeeds(step: number): TensorValues {
  const scalars = Object.entries(adamWScalars(step, 0.1)).map(([name, value]) => [name, scalar(value)] as const)
  return { ...Object.fromEntries(scalars), centre: floats(0, 0), goal: floats(1, 2, 3) }
}

describe('a runtime', () => {
  it('says what it computes on', () => {
    expect(runtime.report).toEqual({
      device: 'cpu',
      runtime: expect.stringMatching(/^onnxruntime-node \d+\.\d+\.\d+/),
      refused: [],
    })
  })

  it('keeps a state on the device from run to run, and copies of it as they were', async () => {
    const session = await runtime.load(trainingGraph(), FOLLOW)
    const state = await runtime.store(startState())
    const losses: number[] = []
    const before = await state.copy()
    for (let step = 1; step <= 3; step++) {
      const values = await session.run({ feeds: stepFeeds(step), fetches: ['loss', 'total'], state, updates: true })
      losses.push(...listOf(values, 'loss'))
      expect(listOf(values, 'total')).toEqual([6])
    }
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
    expect(listOf(await state.read(), 'w').map(Math.abs)).toEqual([expect.closeTo(0.7, 1), expect.closeTo(0.7, 1)])
    expect(listOf(await before.read(), 'w')).toEqual([1, -1])
    await Promise.all([state.drop(), before.drop(), session.close()])
  })

  it('changes nothing by a run without updates, or by one that fails', async () => {
    const session = await runtime.load(trainingGraph(), FOLLOW)
    const state = await runtime.store(startState())
    await session.run({ feeds: stepFeeds(1), fetches: ['loss'], state })
    const { goal: _, ...without } = stepFeeds(1)
    await expect(session.run({ feeds: without, fetches: ['loss', 'total'], state, updates: true })).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_FAILED', message: expect.stringContaining('goal') }),
    )
    expect(listOf(await state.read(), 'w')).toEqual([1, -1])
    await expect(session.run({ feeds: stepFeeds(1), fetches: ['nothing'], state })).rejects.toThrow('nothing')
  })

  it('refuses what is closed, and bytes that are not a model', async () => {
    const session = await runtime.load(trainingGraph())
    const state = await runtime.store(startState())
    await Promise.all([session.close(), state.drop()])
    await expect(session.run({ fetches: [] })).rejects.toThrow('is closed')
    await expect(state.read()).rejects.toThrow('is closed')
    await expect(runtime.loadModel(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_FAILED' }),
    )
  })

  it('never blocks the thread that asks', async () => {
    const graph = new Graph()
    const matrix = graph.constant('float32', [512, 512], new Float32Array(512 * 512).fill(1 / 512))
    let product: Tensor = graph.input('x', 'float32', ['N', 512])
    for (let times = 0; times < 20; times++) product = matMul(product, matrix)
    graph.output('y', product)
    const session = await runtime.load(graph)
    let isAnswered = false
    const x: TensorValue = { type: 'float32', dims: [256, 512], data: new Float32Array(256 * 512).fill(1) }
    const answer = session.run({ feeds: { x }, fetches: ['y'] }).then((values) => {
      isAnswered = true
      return values
    })
    // The event loop turns before the answer is there.
    await new Promise((resolve) => setImmediate(resolve))
    expect(isAnswered).toBe(false)
    expect(listOf(await answer, 'y')[0]).toBeCloseTo(1, 3)
  })

  it('rejects what waits when it is closed, and what is asked after', async () => {
    const other = await openRuntime({ device: 'cpu' })
    const session = await other.load(trainingGraph(), FOLLOW)
    const waiting = session.run({ feeds: { ...startState(), ...stepFeeds(1) }, fetches: ['loss'] })
    const closed = other.close()
    await expect(waiting).rejects.toThrow(expect.objectContaining({ code: 'MODEL_FAILED' }))
    await closed
    await expect(session.run({ fetches: [] })).rejects.toThrow('the device was closed')
  })

  it('rejects what waits when its thread dies', async () => {
    const thread = new DeviceThread(
      new Worker("require('node:worker_threads').parentPort.on('message', () => process.exit(3))", { eval: true }),
    )
    await expect(thread.request({ kind: 'drop', state: 1 })).rejects.toThrow('ended with exit code 3')
    await expect(thread.request({ kind: 'drop', state: 1 })).rejects.toThrow('ended with exit code 3')
  })

  it('refuses numbers of threads that nothing has', async () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1e9])
      await expect(openRuntime({ device: 'cpu', threads })).rejects.toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: `threads is a whole number from 1 to 1024, not ${threads}`,
        }),
      )
  })

  it('refuses a device that is not there, and never takes another for it', async () => {
    await expect(openRuntime({ device: 'cuda' })).rejects.toThrow(
      expect.objectContaining({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining('device cuda cannot be used'),
      }),
    )
    // @ts-expect-error no such device
    await expect(openRuntime({ device: 'tpu' })).rejects.toThrow('device is auto, cuda, webgpu, cpu, not "tpu"')
  })
})

describe('the self-test', () => {
  it('knows the answer of the plain decoder in float64', () => {
    const total = plainDecoder(TEST_DECODER, testWeights(), TEST_TOKENS).reduce((sum, value) => sum + value, 0)
    expect(total).toBeCloseTo(TEST_ANSWER, 9)
  })

  it.each([
    ['another answer', { isOptimised: true, output: 'total', factor: 1.001 }, 'the sum of log-probabilities is'],
    [
      'gradients that optimisation changes',
      { isOptimised: true, output: 'gradient of block0.query', factor: 1.01 },
      'gradient of block0.query under optimisation',
    ],
    [
      'gradients that are wrong with and without',
      { isOptimised: null, output: 'gradient of embedding', factor: 1.5 },
      'the slope along the gradient of embedding is',
    ],
  ])('refuses %s', async (_, { isOptimised, output, factor }, message) => {
    const wrong: Parameters<typeof selfTest>[0] = {
      loadModel: async (model, follow, options) => {
        const session = await runtime.loadModel(model, follow, options)
        const isWrong = isOptimised === null || options.isOptimised === isOptimised
        return {
          close: () => session.close(),
          run: async (run) => {
            const values = await session.run(run)
            const value = values[output]
            if (!isWrong || value?.type !== 'float32') return values
            return { ...values, [output]: { ...value, data: value.data.map((each) => each * factor) } }
          },
        }
      },
    }
    await expect(selfTest(wrong)).rejects.toThrow(
      expect.objectContaining({ code: 'DEVICE_UNAVAILABLE', message: expect.stringContaining(message) }),
    )
  })
})
