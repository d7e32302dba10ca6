import { addInto } from '../../creditbench/measures/cells.ts'
import type { Estimates } from '../../creditbench/measures/estimates.ts'
import { cosine } from '../../creditbench/measures/gradient.ts'
import type { Testbed } from '../../creditbench/testbed.ts'
import type { Estimated } from '../../statistics/interval.ts'
import { gradientOf } from './credited.ts'
import { blocksOf, differenceOf, jackknifed } from './intervals.ts'

/** Gradients of blocks of batches: what is left of an estimate when its noise is averaged away. */
export interface GradientBlocks {
  readonly truth: Float64Array
  readonly blocks: readonly Float64Array[]
}

export const gradientBlocksOf = (testbed: Testbed, estimates: readonly Estimates[]): GradientBlocks => ({
  truth: testbed.gradient,
  blocks: blocksOf(estimates).map((block) => gradientOf(testbed, block)),
})

/** Cosine of the gradient of all batches together with the exact one; interval by jackknife. */
export const averagedCosine = ({ truth, blocks }: GradientBlocks): Estimated | null =>
  jackknifed(blocks, (left) => cosine(sumOf(left, truth.length), truth))

/** Cosine of one minus that of the other, of the same batches. */
export function averagedCosineDifference(one: GradientBlocks, other: GradientBlocks): Estimated | null {
  const pairs = one.blocks.map((block, at) => ({ block, beside: other.blocks[at] ?? block }))
  const cosineOf = (gradients: readonly Float64Array[]): number | null =>
    cosine(sumOf(gradients, one.truth.length), one.truth)
  return jackknifed(pairs, (left) =>
    differenceOf(cosineOf(left.map(({ block }) => block)), cosineOf(left.map(({ beside }) => beside))),
  )
}

function sumOf(gradients: readonly Float64Array[], length: number): Float64Array {
  const sum = new Float64Array(length)
  for (const gradient of gradients) addInto(sum, gradient)
  return sum
}
