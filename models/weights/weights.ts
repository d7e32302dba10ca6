import { GymError } from '../../core/data/errors.ts'
import { keyOfSeed, parseSeed, Rng, type Seed } from '../../core/data/rng.ts'
import type { TensorValues } from '../runtime/messages.ts'

/** Values of one weight, row by row. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Weights of a network by name. */
export type Weights = Readonly<Record<string, Weight>>

/** Shape of one weight, and its first values: normal with a standard deviation, or constant. */
export interface WeightSpec {
  readonly shape: readonly number[]
  readonly init: { readonly normal: number } | { readonly constant: number }
}

/** Weights of a network before they have values: shapes and first values, by name. */
export type WeightSpecs = Readonly<Record<string, WeightSpec>>

export const weightSize = ({ shape }: { readonly shape: readonly number[] }): number =>
  shape.reduce((product, length) => product * length, 1)

/** Number of values of all weights. */
export const parameterCount = (specs: WeightSpecs): number =>
  Object.values(specs).reduce((sum, spec) => sum + weightSize(spec), 0)

/**
 * Weights to begin with: a function of the seed alone.
 * @param spread factor of the standard deviations
 * @throws GymError SEED_INVALID
 */
export function initialWeights(specs: WeightSpecs, seed: Seed, spread = 1): Weights {
  const key = keyOfSeed(parseSeed(seed))
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec], index) => [
      name,
      { shape: spec.shape, data: valuesOf(spec, new Rng(key, index), spread) },
    ]),
  )
}

function valuesOf(spec: WeightSpec, rng: Rng, spread: number): Float32Array {
  const data = new Float32Array(weightSize(spec))
  if ('constant' in spec.init) return data.fill(spec.init.constant)
  const deviation = spec.init.normal * spread
  for (let at = 0; at < data.length; at += 2) {
    const [first, second] = normalPair(rng)
    data[at] = first * deviation
    if (at + 1 < data.length) data[at + 1] = second * deviation
  }
  return data
}

/** Two independent standard normal numbers (Box and Muller, 1958). */
function normalPair(rng: Rng): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.float()))
  const angle = 2 * Math.PI * rng.float()
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** @throws GymError MODEL_INVALID, naming the first weight that is missing, unknown, or of another shape. */
export function expectWeights(specs: WeightSpecs, weights: Weights): void {
  const unknown = Object.keys(weights).find((name) => !Object.hasOwn(specs, name))
  if (unknown !== undefined) throw invalid(`${unknown} does not belong to this network`)
  for (const [name, { shape }] of Object.entries(specs)) {
    const given = weights[name]
    if (given === undefined) throw invalid(`${name} is missing`)
    if (given.shape.join() !== shape.join())
      throw invalid(`${name} has the shape [${given.shape.join(', ')}], not [${shape.join(', ')}]`)
    if (given.data.length !== weightSize({ shape })) throw invalid(`${name} has ${given.data.length} values`)
  }
}

const invalid = (problem: string): GymError => new GymError('MODEL_INVALID', `weights: ${problem}`)

/** Weights as tensors for a run. */
export const tensorsOf = (weights: Weights): TensorValues =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { type: 'float32', dims: shape, data } as const]),
  )

/** Weights of a network among tensors. @throws GymError MODEL_INVALID where one is missing. */
export const weightsOf = (specs: WeightSpecs, values: TensorValues): Weights =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => {
      const value = values[name]
      if (value?.type !== 'float32') throw invalid(`${name} is missing`)
      return [name, { shape, data: value.data }]
    }),
  )
