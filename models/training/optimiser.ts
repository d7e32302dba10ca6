import { momentsOf, nextOf } from '../graph/adamw.ts'
import type { TensorValue, TensorValues } from '../runtime/messages.ts'
import type { WeightSpecs } from '../weights/weights.ts'

/** Outputs of a graph with AdamW that replace weights and moments, by the names of these. */
export const followed = (weights: WeightSpecs): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.keys(weights)
      .flatMap((name) => [name, ...momentsOf(name)])
      .map((name) => [name, nextOf(name)]),
  )

export const floats = (dims: readonly number[], data: Float32Array): TensorValue => ({ type: 'float32', dims, data })

/** Numbers by name, as tensors without axes. */
export const scalarFeeds = (scalars: object): TensorValues =>
  Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, floats([], Float32Array.of(value))]))

/** Values of an output; none where it is missing. */
export const numbersOf = (values: TensorValues, name: string): readonly number[] =>
  [...(values[name]?.data ?? [])].map(Number)
