import { withSignal } from '../../../core/batch/index.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Estimator } from '../../../rewards/estimator/estimator.ts'
import { CellSums } from '../../creditbench/measures/cells.ts'
import type { Estimates } from '../../creditbench/measures/estimates.ts'
import { addPolicyGradient, cosine } from '../../creditbench/measures/gradient.ts'
import type { Sample } from '../../creditbench/sample.ts'
import type { Testbed } from '../../creditbench/testbed.ts'

/** What an estimator says of every sample; with `part`, what one of its summands does. */
export const estimatesOf = (
  samples: readonly Sample[],
  estimator: Estimator,
  options: JsonObject = {},
  part?: string,
): readonly Estimates[] =>
  samples.map((sample) => {
    const { advantages, mask, parts } = estimator.compute(sample.batch, options)
    return { sample, mask, advantages: part === undefined ? advantages : partOf(parts, part) }
  })

function partOf(parts: Readonly<Record<string, Float64Array>>, name: string): Float64Array {
  const part = parts[name]
  if (part) return part
  throw new RangeError(`the estimator has no part ${name}: it has ${Object.keys(parts).join(', ')}`)
}

/** The samples with another signal of steps, computed from each. */
export const withSteps = (
  samples: readonly Sample[],
  name: string,
  of: (sample: Sample, at: number) => Float64Array,
): readonly Sample[] =>
  samples.map((sample, at) => {
    const values = of(sample, at)
    const column = { values, known: new Uint8Array(values.length).fill(1) }
    return { ...sample, batch: withSignal(sample.batch, name, column) }
  })

/** Cosine of the policy gradient of each batch with the exact one. */
export const cosines = (testbed: Testbed, estimates: readonly Estimates[]): readonly (number | null)[] =>
  estimates.map((each) => cosine(gradientOf(testbed, [each]), testbed.gradient))

/** Policy gradient of batches together, by cell. */
export function gradientOf(testbed: Testbed, estimates: readonly Estimates[]): Float64Array {
  const gradient = new Float64Array(testbed.cellCount)
  for (const each of estimates) addPolicyGradient(testbed, each, gradient)
  return gradient
}

/** Sums by the cells of the samples. */
export function cellSumsOf(cellCount: number, estimates: readonly Estimates[]): CellSums {
  const sums = new CellSums(cellCount)
  for (const each of estimates) sums.add(each)
  return sums
}
