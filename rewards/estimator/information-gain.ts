import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { groupedByPair } from '../grouping/pairs.ts'
import { largestOf, type Mode, settled, settledRows } from './rounding.ts'
import { maskedReversedSums, type Sequences } from './sequences.ts'
import { momentsOf } from './statistics.ts'

/**
 * IGPO's first release (`compute_grpo_outcome_advantage`): the reward still to come less its mean over the group's
 * sequences at the same position, where a sequence that has ended counts with 0. A masked item stops the sum for those
 * before it, and counts with what is still to come there.
 * @param groups of sequences
 */
export function positionAdvantages(sequences: Sequences, rewards: Float64Array, groups: Grouping): Float64Array {
  const returns = maskedReversedSums(sequences, rewards, 1)
  const { groupOf, positionOf } = places(sequences, groups)
  const cells = groupedByPair(groupOf, positionOf)
  const sums = new Float64Array(cells.count)
  cells.ids.forEach((cell, item) => {
    if (cell !== NO_GROUP) sums[cell] = (sums[cell] ?? 0) + (returns[item] ?? 0)
  })
  const members = new Int32Array(groups.count)
  for (const group of groups.ids) if (group !== NO_GROUP) members[group] = (members[group] ?? 0) + 1
  return returns.map((value, item) => {
    const cell = cells.ids[item] ?? NO_GROUP
    if (!sequences.mask[item] || cell === NO_GROUP) return 0
    return value - (sums[cell] ?? 0) / (members[groupOf[item] ?? 0] ?? 1)
  })
}

/** Group and position within its sequence of each item. */
function places({ starts, mask }: Sequences, groups: Grouping) {
  const [groupOf, positionOf] = [new Int32Array(mask.length), new Int32Array(mask.length)]
  for (let s = 0; s + 1 < starts.length; s++)
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++) {
      groupOf[item] = groups.ids[s] ?? NO_GROUP
      positionOf[item] = item - (starts[s] ?? 0)
    }
  return { groupOf, positionOf }
}

export interface FirstItemOptions {
  readonly gamma: number
  readonly norm: 'mean_std_norm' | 'mean_norm'
  readonly mode: Mode
  readonly epsilon: number
}

/**
 * The function of IGPO's first release that nothing calls (`compute_grpo_discounted_advantage`): discounted returns,
 * every position less the same mean and over the same deviation (Bessel), those of the group's first returns.
 */
export function firstItemAdvantages(
  sequences: Sequences,
  rewards: Float64Array,
  groups: Grouping,
  { gamma, norm, epsilon, mode }: FirstItemOptions,
): Float64Array {
  const returns = maskedReversedSums(sequences, rewards, gamma)
  const firsts = Float64Array.from(groups.ids, (_, s) => firstOf(sequences.starts, returns, s))
  const { sizes, means, deviations } = momentsOf(groups, firsts, { mode })
  const largest = largestOf(groups, firsts)
  return returns.map((value, item) => {
    const group = groups.ids[sequenceOf(sequences.starts, item)] ?? NO_GROUP
    if (!sequences.mask[item] || group === NO_GROUP) return 0
    const deviation = sizes[group] === 1 ? 1 : (deviations[group] ?? 0)
    const lead = settled(value - (means[group] ?? 0), largest[group] ?? 0, mode)
    return lead / (norm === 'mean_norm' ? 1 : deviation + epsilon || 1)
  })
}

const firstOf = (starts: Int32Array, values: Float64Array, s: number): number =>
  starts[s] === starts[s + 1] ? 0 : (values[starts[s] ?? 0] ?? 0)

/** The last sequence that starts at or before an item. */
function sequenceOf(starts: Int32Array, item: number): number {
  let [low, high] = [0, starts.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= item) low = middle
    else high = middle
  }
  return low
}

export interface GainOptions extends FirstItemOptions {
  /** Whether outcomes and gains are compared among themselves, or all together. */
  readonly pool: 'separate' | 'joint'
  readonly outcomeWeight: number
  readonly gainWeight: number
  /** Added to the variance. */
  readonly varianceEpsilon: number
}

/**
 * IGPO's second release over items (`_compute_turn_level_advantage`): the outcome's cell of a sequence is the item at
 * its number of unmasked items - 1 if that is unmasked, a gain's every other unmasked item with a reward that is not 0. Turns end where a
 * standing is not 0: one equal to its group's mean merges with the next, and items after the last get 0.
 */
export function itemTurnAdvantages(
  { starts, mask }: Sequences,
  rewards: Float64Array,
  groups: Grouping,
  options: GainOptions,
): Float64Array {
  const [ids, isOutcome] = [new Int32Array(mask.length).fill(NO_GROUP), new Uint8Array(mask.length)]
  for (let s = 0; s + 1 < starts.length; s++) {
    const [start, end] = [starts[s] ?? 0, starts[s + 1] ?? 0]
    const count = mask.subarray(start, end).reduce((sum, each) => sum + each, 0)
    if (count > 0) isOutcome[start + count - 1] = mask[start + count - 1] ?? 0
    for (let item = start; item < end; item++)
      if (isOutcome[item] || (mask[item] && rewards[item] !== 0)) ids[item] = groups.ids[s] ?? NO_GROUP
  }
  const cells = { ids, count: groups.count }
  const standings = gainStandings(cells, rewards, isOutcome, options)
  return carriedBack({ starts, mask }, standings, options.gamma)
}

/** Each turn's A_i = z_i + gamma A_(i+1), on all of its unmasked items. */
function carriedBack({ starts, mask }: Sequences, standings: Float64Array, gamma: number): Float64Array {
  const advantages = new Float64Array(mask.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let running = 0
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      if (standings[item] !== 0) running = (standings[item] ?? 0) + gamma * running
      if (mask[item]) advantages[item] = running
    }
  }
  return advantages
}

/** Z-scores of weighted cells within their group: population, sqrt(variance + varianceEpsilon) + epsilon; a cell alone has 0. */
export function gainStandings(
  { ids, count }: Grouping,
  rewards: Float64Array,
  isOutcome: Uint8Array,
  { pool, norm, epsilon, varianceEpsilon, mode, outcomeWeight, gainWeight }: Omit<GainOptions, 'gamma'>,
): Float64Array {
  const weighted = rewards.map((value, cell) => value * (isOutcome[cell] ? outcomeWeight : gainWeight))
  const kinds = ids.map((group, cell) =>
    group === NO_GROUP || pool === 'joint' ? group : 2 * group + (isOutcome[cell] ?? 0),
  )
  const cells = { ids: kinds, count: 2 * count }
  const { means, deviations } = momentsOf(cells, weighted, { correction: 0, mode })
  const leads = weighted.map((value, cell) => value - (means[kinds[cell] ?? NO_GROUP] ?? 0))
  return settledRows(cells, leads, largestOf(cells, weighted), mode).map((lead, cell) => {
    const kind = kinds[cell] ?? NO_GROUP
    if (kind === NO_GROUP) return 0
    const scale = Math.hypot(deviations[kind] ?? 0, Math.sqrt(varianceEpsilon)) + epsilon
    return lead / (norm === 'mean_norm' ? 1 : scale || 1)
  })
}

/** Sums still to come of items, up to the next masked one. */
export const gainReturns = (sequences: Sequences, rewards: Float64Array, gamma: number): Float64Array =>
  maskedReversedSums(sequences, rewards, gamma).map((value, item) => (sequences.mask[item] ? value : 0))
