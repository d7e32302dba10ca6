import { type Mode, settled } from './rounding.ts'
import type { Sequences } from './sequences.ts'

/** How the scores of a sequence's steps become rewards whose sum is paid: see `minFormRewards`. */
export type StepWeights = 'softmin' | 'uniform'

/**
 * PURE's min-form rewards (arXiv 2504.15275, equation 6): score * softmax(-score / T) over the steps of a sequence,
 * whose sum approaches their least score as T falls; `uniform` weights are 1/n. Reference: `openrlhf/utils/utils.py:
 * turn_process_reward_logits_to_reward`. 0 on items that end no step.
 * @param steps `mask` is 1 on items that end a step.
 */
export function minFormRewards(
  { starts, mask }: Sequences,
  scores: Float64Array,
  { weights, temperature }: { readonly weights: StepWeights; readonly temperature: number },
): Float64Array {
  const rewards = new Float64Array(scores.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    const [start, end] = [starts[s] ?? 0, starts[s + 1] ?? 0]
    const lowest = lowestOf(scores, mask, start, end)
    const weight = (item: number): number =>
      weights === 'uniform' ? 1 : Math.exp((lowest - (scores[item] ?? 0)) / temperature)
    let total = 0
    for (let item = start; item < end; item++) if (mask[item]) total += weight(item)
    for (let item = start; item < end; item++)
      if (mask[item]) rewards[item] = ((scores[item] ?? 0) * weight(item)) / total
  }
  return rewards
}

function lowestOf(scores: Float64Array, mask: Uint8Array, start: number, end: number): number {
  let lowest = Infinity
  for (let item = start; item < end; item++) if (mask[item]) lowest = Math.min(lowest, scores[item] ?? 0)
  return lowest
}

/** The least value from each item to the end of its sequence. */
export function runningMinima(starts: Int32Array, values: Float64Array): Float64Array {
  const minima = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let least = Infinity
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      least = Math.min(least, values[item] ?? 0)
      minima[item] = least
    }
  }
  return minima
}

/**
 * PURE's baseline on returns (branch verl, `core_algos.py: compute_rloo_outcome_advantage`): less the sum of the
 * returns of the others of the group, over (n - 1) * the common padded length or, where that is null, over the number
 * of their items. A group of one keeps its returns, where the reference divides 0 by 0.
 * @param groupOf Group of each sequence.
 */
export function lessOthersReturns(
  { starts, mask }: Sequences,
  returns: Float64Array,
  groupOf: ArrayLike<number>,
  paddedLength: number | null,
  mode: Mode = 'paper',
): Float64Array {
  const own = Array.from({ length: starts.length - 1 }, (_, s) =>
    tallyOf(returns, mask, starts[s] ?? 0, starts[s + 1] ?? 0),
  )
  const groups = new Map<number, Tally>()
  own.forEach((tally, s) => {
    groups.set(groupOf[s] ?? -1, plus(groups.get(groupOf[s] ?? -1) ?? NOTHING, tally))
  })
  const centred = new Float64Array(returns.length)
  own.forEach((tally, s) => {
    const all = groups.get(groupOf[s] ?? -1) ?? tally
    const weight = paddedLength === null ? all.items - tally.items : (all.sequences - 1) * paddedLength
    const baseline = weight > 0 ? (all.total - tally.total) / weight : 0
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++)
      if (mask[item]) centred[item] = settled((returns[item] ?? 0) - baseline, all.largest, mode)
  })
  return centred
}

interface Tally {
  readonly total: number
  readonly items: number
  readonly sequences: number
  readonly largest: number
}
const NOTHING: Tally = { total: 0, items: 0, sequences: 0, largest: 0 }

const plus = (a: Tally, b: Tally): Tally => ({
  total: a.total + b.total,
  items: a.items + b.items,
  sequences: a.sequences + b.sequences,
  largest: Math.max(a.largest, b.largest),
})

function tallyOf(returns: Float64Array, mask: Uint8Array, start: number, end: number): Tally {
  let [total, items, largest] = [0, 0, 0]
  for (let item = start; item < end; item++) {
    if (!mask[item]) continue
    total += returns[item] ?? 0
    items += 1
    largest = Math.max(largest, Math.abs(returns[item] ?? 0))
  }
  return { total, items, sequences: items > 0 ? 1 : 0, largest }
}
