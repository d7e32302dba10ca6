import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
import { groupedByPair } from '../grouping/pairs.ts'
import { type Mode, settled } from './rounding.ts'
import { masked, type Sequences } from './sequences.ts'

export interface OptimalBaselineOptions {
  /** Which items of a group's sequences are compared: the nth unmasked ones, or those at the same position. */
  readonly align: 'tokens' | 'columns'
  /** No baseline where only the one longest sequence of a group is left. */
  readonly zeroTail: boolean
  readonly epsilon: number
  readonly mode: Mode
}

/**
 * Baselines of items: the mean of the group's returns at the same place, weighted by the running sums of energies.
 * @param energies What represents the squared norm of each item's gradient.
 * @param groups of sequences; one of a single sequence has baselines of 0.
 */
export function optimalBaselines(
  sequences: Sequences,
  returns: Float64Array,
  energies: Float64Array,
  groups: Grouping,
  { align, zeroTail, epsilon, mode }: OptimalBaselineOptions,
): Float64Array {
  const places = placesOf(sequences, groups, align)
  const weights = masked(runningSums(sequences, energies), sequences.mask)
  const cells = groupedByPair(places.group, places.place)
  const [products, totals] = [new Float64Array(cells.count), new Float64Array(cells.count)]
  const sizes = new Float64Array(cells.count)
  cells.ids.forEach((cell, item) => {
    if (cell === NO_GROUP) return
    const product = (returns[item] ?? 0) * (weights[item] ?? 0)
    products[cell] = (products[cell] ?? 0) + product
    sizes[cell] = (sizes[cell] ?? 0) + Math.abs(product)
    totals[cell] = (totals[cell] ?? 0) + (weights[item] ?? 0)
  })
  const tails = tailsOf(places.lengths, groups, zeroTail)
  return returns.map((_, item) => {
    const [cell, sequence] = [cells.ids[item] ?? NO_GROUP, places.sequence[item] ?? 0]
    if (cell === NO_GROUP || (places.place[item] ?? 0) >= (tails[sequence] ?? 0)) return 0
    return settled(products[cell] ?? 0, sizes[cell] ?? 0, mode) / ((totals[cell] ?? 0) + epsilon || 1)
  })
}

/** Where each item stands in its group, and how many unmasked items sequences have. */
function placesOf({ starts, mask }: Sequences, groups: Grouping, align: 'tokens' | 'columns') {
  const [group, place] = [new Int32Array(mask.length).fill(NO_GROUP), new Int32Array(mask.length)]
  const [sequence, lengths] = [new Int32Array(mask.length), new Int32Array(starts.length - 1)]
  for (let s = 0; s < lengths.length; s++) {
    let count = 0
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++) {
      sequence[item] = s
      place[item] = align === 'tokens' ? count : item - (starts[s] ?? 0)
      if (align === 'columns' || mask[item]) group[item] = groups.ids[s] ?? NO_GROUP
      count += mask[item] ?? 0
    }
    lengths[s] = count
  }
  return { group, place, sequence, lengths }
}

function runningSums({ starts, mask }: Sequences, energies: Float64Array): Float64Array {
  const sums = new Float64Array(energies.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let running = 0
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++) {
      if (mask[item]) running += energies[item] ?? 0
      sums[item] = running
    }
  }
  return sums
}

/** The place from which a sequence has no baseline: 0 for one alone in its group. */
function tailsOf(lengths: Int32Array, groups: Grouping, zeroTail: boolean): Float64Array {
  const members: number[][] = Array.from({ length: groups.count }, () => [])
  groups.ids.forEach((group, s) => {
    if (group !== NO_GROUP) members[group]?.push(s)
  })
  const tails = new Float64Array(lengths.length).fill(Infinity)
  for (const own of members) {
    const [longest = -1, second = -1] = own.toSorted((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0))
    if (second === -1) tails[longest] = 0
    else if (zeroTail && lengths[longest] !== lengths[second]) tails[longest] = lengths[second] ?? 0
  }
  return tails
}
