/** Sequences that are run together: positions in what was given, shortest first. */
export type Bucket = readonly number[]

/**
 * Sequences sorted by length and packed so that no batch, padded to its longest sequence, exceeds a number of tokens.
 * One that is longer alone has a batch of its own.
 * @param lengths tokens of each sequence
 * @param tokenBudget most tokens of a batch, padding included; 1 runs every sequence alone
 */
export function lengthBuckets(lengths: readonly number[], tokenBudget: number): readonly Bucket[] {
  const order = [...lengths.keys()].sort((a, b) => lengthAt(lengths, a) - lengthAt(lengths, b) || a - b)
  const buckets: number[][] = []
  for (const index of order) {
    const last = buckets.at(-1)
    const padded = ((last?.length ?? 0) + 1) * lengthAt(lengths, index)
    if (last !== undefined && padded <= tokenBudget) last.push(index)
    else buckets.push([index])
  }
  return buckets
}

const lengthAt = (lengths: readonly number[], index: number): number => lengths[index] ?? 0
