import { type Mode, settled } from './rounding.ts'
import { reversedSums, type Sequences } from './sequences.ts'

export interface ImplicitOptions {
  readonly beta: number
  /** 0: each token its own; above: what is still to come, discounted by it. */
  readonly lambda: number
  /** `token`: a token's reward on the token, none on the last. `step`: the sum on the last token. */
  readonly granularity: 'token' | 'step'
  /** Outcome of each sequence, for PRIME's `prime_use_gt`: the last q is what is missing to it. */
  readonly groundTruth?: ArrayLike<number>
}

/**
 * Implicit process rewards r_t = beta (log pi_phi - log pi_ref) of tokens (PRIME, arXiv 2502.01456, equation 3).
 * Reference: verl `recipe/prime/prime_dp_rm.py`, iStar `istar/dp_rm.py`: with `lambda` above 0 they are accumulated
 * from the end. Sequences hold their unmasked items first.
 * @param q Differences of log-probabilities, 0 where masked.
 */
export function implicitRewards(sequences: Sequences, q: Float64Array, options: ImplicitOptions): Float64Array {
  const { beta, lambda, granularity, groundTruth } = options
  const scaled = q.map((value) => beta * value)
  const ends = endsOf(sequences)
  if (lambda > 0 && groundTruth) completeTo(groundTruth, sequences.starts, ends, scaled)
  const rewards = lambda > 0 ? reversedSums(sequences.starts, scaled, lambda) : scaled
  return granularity === 'token' ? butLast(sequences.starts, ends, rewards) : onLast(sequences.starts, ends, rewards)
}

/** Position after the last unmasked item of each sequence. */
function endsOf({ starts, mask }: Sequences): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, s) => {
    let end = starts[s] ?? 0
    while (end < (starts[s + 1] ?? 0) && mask[end]) end += 1
    return end
  })
}

function completeTo(truth: ArrayLike<number>, starts: Int32Array, ends: Int32Array, scaled: Float64Array): void {
  ends.forEach((end, s) => {
    if (end === starts[s]) return
    const others = scaled.subarray(starts[s], end - 1).reduce((sum, value) => sum + value, 0)
    scaled[end - 1] = (truth[s] ?? 0) - others
  })
}

function butLast(starts: Int32Array, ends: Int32Array, rewards: Float64Array): Float64Array {
  const kept = new Float64Array(rewards.length)
  ends.forEach((end, s) => {
    const start = starts[s] ?? 0
    kept.set(rewards.subarray(start, Math.max(start, end - 1)), start)
  })
  return kept
}

function onLast(starts: Int32Array, ends: Int32Array, rewards: Float64Array): Float64Array {
  const sums = new Float64Array(rewards.length)
  ends.forEach((end, s) => {
    const start = starts[s] ?? 0
    if (end > start) sums[end - 1] = rewards.subarray(start, end).reduce((sum, value) => sum + value, 0)
  })
  return sums
}

/** Divided by the greatest absolute sum still to come of the whole batch, + epsilon (`prime_norm`, `istar_norm`). */
export const batchNormalised = (starts: Int32Array, rewards: Float64Array, epsilon = 1e-6): Float64Array =>
  scaledBy(rewards, greatestSum(starts, rewards) + epsilon)

export const greatestSum = (starts: Int32Array, rewards: Float64Array): number =>
  greatestSize(reversedSums(starts, rewards))

export const greatestSize = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** All 0 where the scale is. */
export const scaledBy = (values: Float64Array, scale: number): Float64Array =>
  values.map((value) => value / (scale || 1))

/**
 * RLOO over tokens as PRIME has it (`prime_core_algos.py: masked_rloo`), n sequences a group: value * n / (n - 1) less
 * the sum of the sequences' means / (n - 1), on unmasked items; 0 elsewhere. A sequence without unmasked items is not a member. A group of one keeps its values, where the
 * reference divides by zero.
 * @param groupOf Group of each sequence; below 0 for none.
 */
export function tokenLeaveOneOut(
  { starts, mask }: Sequences,
  values: Float64Array,
  groupOf: ArrayLike<number>,
  mode: Mode = 'paper',
): Float64Array {
  const sums = new Map<number, { total: number; count: number; largest: number }>()
  for (let s = 0; s + 1 < starts.length; s++) {
    const group = sums.get(groupOf[s] ?? -1) ?? { total: 0, count: 0, largest: 0 }
    sums.set(groupOf[s] ?? -1, group)
    const mean = maskedMeanOf(values, mask, starts[s] ?? 0, starts[s + 1] ?? 0)
    if (mean === null) continue
    group.total += mean
    group.count += 1
    group.largest = Math.max(group.largest, largestIn(values, mask, starts[s] ?? 0, starts[s + 1] ?? 0))
  }
  const result = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    const { total, count, largest } = sums.get(groupOf[s] ?? -1) ?? { total: 0, count: 1, largest: 0 }
    const [factor, baseline] = count > 1 ? [count / (count - 1), total / (count - 1)] : [1, 0]
    for (let item = starts[s] ?? 0; item < (starts[s + 1] ?? 0); item++)
      if (mask[item]) result[item] = settled((values[item] ?? 0) * factor - baseline, largest, mode)
  }
  return result
}

function maskedMeanOf(values: Float64Array, mask: Uint8Array, start: number, end: number): number | null {
  let [sum, count] = [0, 0]
  for (let item = start; item < end; item++) {
    if (!mask[item]) continue
    sum += values[item] ?? 0
    count += 1
  }
  return count > 0 ? sum / count : null
}

function largestIn(values: Float64Array, mask: Uint8Array, start: number, end: number): number {
  let largest = 0
  for (let item = start; item < end; item++) if (mask[item]) largest = Math.max(largest, Math.abs(values[item] ?? 0))
  return largest
}
