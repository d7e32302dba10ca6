import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Graph, Tensor } from '../graph/graph.ts'
import { add, embed, hyperbolicTangent, matMul, multiply, reshape, sum } from '../graph/operations.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { WeightSpecs } from '../weights/weights.ts'
import { type CategoricalConfig, type Feature, featureProblem } from './categorical.ts'
import type { WeightTensor } from './network.ts'

/** A step as a value network reads it: what was seen and done, as features. */
export type StepFeatures = readonly Feature[]

/** Weights of a value network; `architecture` names its sizes, which its weights fit alone. */
export interface StepValueNetwork {
  readonly architecture: { readonly name: 'step-value' } & Readonly<CategoricalConfig>
  readonly weights: WeightSpecs
  /** Adds its inputs and nodes to a graph. @returns values, [B, 1] */
  add(graph: Graph, weight: WeightTensor): Tensor
  /** Inputs for B steps, one row each. */
  feedsOf(steps: readonly StepFeatures[]): TensorValues
  /** Why a step cannot be read; null where it can. */
  problemOf(step: StepFeatures): string | null
}

/**
 * Network that gives a step a number of any size: w . tanh(b + sum of the embeddings of its features, times their
 * values). With its first weights every value is 0.
 * @throws GymError CONFIG_INVALID for sizes that are not whole numbers from 1.
 */
export function stepValueNetwork({ features, hidden }: CategoricalConfig): StepValueNetwork {
  for (const [name, value] of Object.entries({ features, hidden }))
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new GymError('CONFIG_INVALID', `value network: ${name} is a whole number from 1, not ${shown(value)}`)
  return {
    architecture: { name: 'step-value', features, hidden },
    weights: {
      embedding: { shape: [features, hidden], init: { normal: 1 / Math.sqrt(hidden) } },
      bias: { shape: [hidden], init: { constant: 0 } },
      head: { shape: [hidden, 1], init: { constant: 0 } },
    },
    add(graph, weight) {
      const numbers = graph.input('features', 'int64', ['B', 'F'])
      const amounts = graph.input('amounts', 'float32', ['B', 'F'])
      const weighted = multiply(embed(weight('embedding'), numbers), reshape(amounts, ['B', 'F', 1]))
      return matMul(hyperbolicTangent(add(sum(weighted, [1]), weight('bias'))), weight('head'))
    },
    feedsOf: featureFeeds,
    problemOf: (step) => featureProblem(features, step),
  }
}

/** Features by rows, [B, F]: rows that have fewer end with feature 0 of amount 0. */
function featureFeeds(steps: readonly StepFeatures[]): TensorValues {
  const width = steps.reduce((most, { length }) => Math.max(most, length), 1)
  const dims = [steps.length, width]
  const [features, amounts] = [new BigInt64Array(steps.length * width), new Float32Array(steps.length * width)]
  for (const [row, step] of steps.entries())
    for (const [place, { feature, value }] of step.entries()) {
      features[row * width + place] = BigInt(feature)
      amounts[row * width + place] = value
    }
  return {
    features: { type: 'int64', dims, data: features },
    amounts: { type: 'float32', dims, data: amounts },
  }
}
