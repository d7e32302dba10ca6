import { createHash } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Graph, Tensor } from '../graph/graph.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { WeightSpecs, Weights } from '../weights/weights.ts'

/** Weights as tensors of a graph, by name. */
export type WeightTensor = (name: string) => Tensor

/** Place of an action's log-probabilities in its row of the result. */
export interface Span {
  readonly begin: number
  /** Number of log-probabilities, from 1. */
  readonly length: number
}

/** What a model does with actions before and after it is run. */
export interface ActionReader<Action> {
  /** Inputs for a batch of actions, one row each. */
  feedsOf(actions: readonly Action[]): TensorValues
  spanOf(action: Action): Span
  /** Values of a row, T, that an action alone needs. */
  widthOf(action: Action): number
  /** Content of an action: equal keys have equal log-probabilities. */
  keyOf(action: Action): string
  /** Why an action cannot be read; null where it can. */
  problemOf(action: Action): string | null
}

/** Network that gives actions log-probabilities: what scorers and trainers run. */
export interface Network<Action> extends ActionReader<Action> {
  /** Name and sizes: weights of one architecture fit no other. */
  readonly architecture: JsonObject
  readonly weights: WeightSpecs
  /** Adds its inputs and nodes to a graph. @returns log-probabilities, [B, T] */
  add(graph: Graph, weight: WeightTensor): Tensor
}

/** Adds a network with its weights as inputs of the graph. */
export function addNetwork(graph: Graph, network: Pick<Network<never>, 'weights' | 'add'>) {
  const weights = new Map<string, Tensor>(
    Object.entries(network.weights).map(([name, { shape }]) => [name, graph.input(name, 'float32', shape)]),
  )
  const weight: WeightTensor = (name) => {
    const found = weights.get(name)
    if (found === undefined) throw new GymError('MODEL_INVALID', `the network has no weight ${name}`)
    return found
  }
  return { weights: [...weights.values()], output: network.add(graph, weight) }
}

/** Digest of an architecture, and of names, shapes and values of its weights: 16 hex digits. */
export function versionOf({ architecture }: Pick<Network<never>, 'architecture'>, weights: Weights): string {
  const hash = createHash('sha256').update(JSON.stringify(architecture))
  for (const [name, { shape, data }] of Object.entries(weights).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, shape]))
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex').slice(0, 16)
}

/** Length of the longest list, at least 1; without a spread, which fails for more than about 100,000 lists. */
export const longestOf = (lists: readonly (readonly unknown[])[]): number =>
  lists.reduce((most, { length }) => Math.max(most, length), 1)
