import type { Grouping } from '../grouping/grouping.ts'
import { groupedByPair } from '../grouping/pairs.ts'
import { type Mode, weightedSums } from './rounding.ts'
import { reversedSums, type Sequences } from './sequences.ts'
import { normalised } from './statistics.ts'

/** Maximal runs of unmasked items, within each sequence. */
export interface Turns {
  /** Turn of each item; -1 for masked ones. */
  readonly of: Int32Array
  readonly sequence: Int32Array
  /** Position within its sequence. */
  readonly index: Int32Array
}

export function turnsOf({ starts, mask }: Sequences): Turns {
  const of = new Int32Array(mask.length).fill(-1)
  const sequence: number[] = []
  const index: number[] = []
  for (let s = 0; s + 1 < starts.length; s++) {
    let count = 0
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++) {
      if (!mask[item]) continue
      const goesOn = item > (starts[s] ?? 0) && mask[item - 1] === 1
      if (!goesOn) {
        sequence.push(s)
        index.push(count++)
      }
      of[item] = sequence.length - 1
    }
  }
  return { of, sequence: Int32Array.from(sequence), index: Int32Array.from(index) }
}

export interface DualOptions {
  /** GAE's lambda over turns. */
  readonly lam: number
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly epsilon: number
  /** @default 'paper' */
  readonly mode?: Mode
}

/**
 * MatchTIR's dual advantage of sequences of turns: the mean of the sequence's total against its group, and of each
 * turn's discounted return against the turns of the group at the same position. Groups of one: mean 0, deviation 1.
 * Reference: `verl/trainer/ppo/core_algos.py: compute_grpo_outcome_advantage` of MatchTIR, whose switch for the
 * deviation (`norm`) reaches the totals only: turns are always in deviations.
 * @param turnRewards One a turn.
 * @param totals One a sequence.
 * @returns One a turn.
 */
export function dualAdvantages(
  turns: Turns,
  turnRewards: Float64Array,
  totals: Float64Array,
  groups: Grouping,
  options: DualOptions,
): Float64Array {
  const rule = { norm: options.norm, epsilon: options.epsilon, single: 'value', mode: options.mode ?? 'paper' } as const
  const wholes = normalised(groups, totals, rule)
  const starts = sequenceStarts(turns.sequence, groups.ids.length)
  const returns = reversedSums(starts, turnRewards, options.lam, rule.mode)
  const groupOf = turns.sequence.map((sequence) => groups.ids[sequence] ?? -1)
  const parts = normalised(groupedByPair(groupOf, turns.index), returns, { ...rule, norm: 'mean_std_norm' })
  const totalOf = Float64Array.from(turns.sequence, (sequence) => wholes[sequence] ?? 0)
  return weightedSums([{ values: parts }, { values: totalOf }], rule.mode).map((sum) => sum / 2)
}

/** Turns are in order of their sequences. */
function sequenceStarts(sequence: Int32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1)
  for (const s of sequence) starts[s + 1] = (starts[s + 1] ?? 0) + 1
  for (let s = 0; s < count; s++) starts[s + 1] = (starts[s + 1] ?? 0) + (starts[s] ?? 0)
  return starts
}
