import { type Estimated, jackknifeInterval, knownMeanInterval } from '../../statistics/interval.ts'
import type { Figure } from './verdict.ts'

export const figure = (name: string, estimate: Estimated | null): Figure => ({ name, estimate })

/** A number without an interval: counted or computed, not sampled. */
export const exactly = (name: string, value: number): Figure => figure(name, { value, low: value, high: value })

export { knownMeanInterval as meanOf } from '../../statistics/interval.ts'

/** Mean of the differences of pairs in which both are known. */
export const pairedDifference = (ones: readonly (number | null)[], others: readonly (number | null)[]) =>
  knownMeanInterval(ones.map((one, at) => differenceOf(one, others[at] ?? null)))

export const differenceOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one - other

/** Blocks of the jackknife. */
const BLOCKS = 10

/** Every how many-th: blocks of nearly equal size. */
export function blocksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.min(BLOCKS, items.length)
  return Array.from({ length: count }, (_, block) => items.filter((_item, at) => at % count === block))
}

/** A statistic of all blocks together, its interval from leaving out each in turn; null where it is not defined. */
export function jackknifed<T>(
  blocks: readonly T[],
  statistic: (blocks: readonly T[]) => number | null,
): Estimated | null {
  const whole = statistic(blocks)
  const parts = blocks.map((_, left) => statistic(blocks.filter((_block, at) => at !== left)))
  if (whole === null) return null
  return jackknifeInterval(
    whole,
    parts.filter((part) => part !== null),
  )
}
