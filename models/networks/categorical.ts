import { createHash } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Tensor } from '../graph/graph.ts'
import {
  add,
  embed,
  hyperbolicTangent,
  logSoftmax,
  matMul,
  multiply,
  reshape,
  reshapeAs,
  sum,
} from '../graph/operations.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { WeightSpecs } from '../weights/weights.ts'
import { longestOf, type Network, type WeightTensor } from './network.ts'

/** Sizes of a categorical network. */
export interface CategoricalConfig {
  /** Features: numbers run from 0 to this, exclusive. */
  readonly features: number
  /** Width of its one hidden layer. */
  readonly hidden: number
}

/** Feature of an action in its state: one of the network's numbers, and how much of it there is. */
export interface Feature {
  readonly feature: number
  readonly value: number
}

/** Choice of one action among those that are admissible in a state. */
export interface CategoricalAction {
  /** Features of each admissible action. */
  readonly candidates: readonly (readonly Feature[])[]
  /** Position in `candidates` of the one taken. */
  readonly index: number
}

/**
 * Network over the admissible actions of a state: softmax over w . tanh(b + sum of the embeddings of an action's
 * features, times their values). With its first weights every action is equally likely.
 * @throws GymError CONFIG_INVALID for sizes that are not whole numbers from 1.
 */
export function categoricalNetwork(config: CategoricalConfig): Network<CategoricalAction> {
  for (const [name, value] of Object.entries(config))
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new GymError('CONFIG_INVALID', `categorical network: ${name} is a whole number from 1, not ${shown(value)}`)
  return {
    architecture: { name: 'categorical', ...config },
    weights: categoricalWeights(config),
    add(graph, weight) {
      const inputs = {
        features: graph.input('features', 'int64', ['B', 'A', 'F']),
        values: graph.input('values', 'float32', ['B', 'A', 'F']),
        mask: graph.input('mask', 'float32', ['B', 'A']),
      }
      const taken = graph.input('taken', 'float32', ['B', 'A'])
      return sum(multiply(categoricalLogProbs(weight, inputs), taken), [1], { keepAxes: true })
    },
    feedsOf: choiceFeeds,
    spanOf: () => ({ begin: 0, length: 1 }),
    widthOf: () => 1,
    keyOf: ({ candidates, index }) =>
      createHash('sha256')
        .update(JSON.stringify([index, candidates]))
        .digest('base64'),
    problemOf: (action) => problemOf(config, action),
  }
}

const categoricalWeights = ({ features, hidden }: CategoricalConfig): WeightSpecs => ({
  embedding: { shape: [features, hidden], init: { normal: 1 / Math.sqrt(hidden) } },
  bias: { shape: [hidden], init: { constant: 0 } },
  head: { shape: [hidden, 1], init: { constant: 0 } },
})

/** Observations with their admissible actions, as tensors: B states, at most A actions each, F features an action. */
interface CategoricalInputs {
  /** [B, A, F] feature numbers; 0 with value 0 where there are fewer. */
  readonly features: Tensor<'int64'>
  /** [B, A, F] */
  readonly values: Tensor
  /** [B, A]: 0 for an action, a large negative number where there is none. */
  readonly mask: Tensor
}

/** Log-probabilities of the admissible actions, [B, A]. */
export function categoricalLogProbs(weight: WeightTensor, { features, values, mask }: CategoricalInputs): Tensor {
  const embedded = embed(weight('embedding'), features)
  const weighted = multiply(embedded, reshape(values, [...values.shape, 1]))
  const hidden = hyperbolicTangent(add(sum(weighted, [2]), weight('bias')))
  const scores = reshapeAs(matMul(hidden, weight('head')), mask)
  return logSoftmax(add(scores, mask))
}

function problemOf({ features }: CategoricalConfig, { candidates, index }: CategoricalAction): string | null {
  if (candidates[index] === undefined) return `action ${shown(index)} is not one of ${candidates.length}`
  return featureProblem(features, candidates.flat())
}

/** The first feature that a network of `count` features cannot read, as a reason; null where it reads all. */
export function featureProblem(count: number, features: readonly Feature[]): string | null {
  const isFeature = ({ feature, value }: Feature): boolean =>
    Number.isSafeInteger(feature) && feature >= 0 && feature < count && Number.isFinite(value)
  const foreign = features.find((each) => !isFeature(each))
  return foreign === undefined ? null : `feature ${shown(foreign)} is not one of ${count}, with a finite value`
}

/** Large enough to leave no probability, and finite: Softmax on WebGPU turns minus infinity into NaN. */
const MASKED = -1e9

function choiceFeeds(actions: readonly CategoricalAction[]): TensorValues {
  const most = longestOf(actions.map(({ candidates }) => candidates))
  const width = longestOf(actions.flatMap(({ candidates }) => candidates))
  const [features, values] = [
    new BigInt64Array(actions.length * most * width),
    new Float32Array(actions.length * most * width),
  ]
  const [mask, taken] = [new Float32Array(actions.length * most).fill(MASKED), new Float32Array(actions.length * most)]
  for (const [row, { candidates, index }] of actions.entries()) {
    mask.fill(0, row * most, row * most + candidates.length)
    taken[row * most + index] = 1
    for (const [column, each] of candidates.entries())
      for (const [place, { feature, value }] of each.entries()) {
        const at = (row * most + column) * width + place
        features[at] = BigInt(feature)
        values[at] = value
      }
  }
  const [cube, square] = [
    [actions.length, most, width],
    [actions.length, most],
  ]
  return {
    features: { type: 'int64', dims: cube, data: features },
    values: { type: 'float32', dims: cube, data: values },
    mask: { type: 'float32', dims: square, data: mask },
    taken: { type: 'float32', dims: square, data: taken },
  }
}
