import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { encodeGraph } from '../../models/graph/encode.ts'
import type { Graph } from '../../models/graph/graph.ts'

/** Values of an input, with the lengths of its axes. */
export interface Feed {
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}

/** Runs a graph on the CPU in this thread: results by name. */
export async function evaluator(
  graph: Graph,
): Promise<(feeds: Readonly<Record<string, Feed>>) => Promise<Readonly<Record<string, Float32Array>>>> {
  const session = await InferenceSession.create(encodeGraph(graph), { intraOpNumThreads: 1, logSeverityLevel: 3 })
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [
      name,
      data instanceof Float32Array ? new OrtTensor('float32', data, dims) : new OrtTensor('int64', data, dims),
    ])
    const results = await session.run(Object.fromEntries(tensors))
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
    )
  }
}
