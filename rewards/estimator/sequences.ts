import { NO_GROUP } from '../grouping/grouping.ts'
import { type Mode, settled } from './rounding.ts'
import { scaledMoments } from './statistics.ts'

/** Sequence s has items `starts[s]` to `starts[s + 1] - 1`; `mask` is 0 for items that are not the agent's. */
export interface Sequences {
  readonly starts: Int32Array
  readonly mask: Uint8Array
}

/** Position of the last unmasked item of a sequence; -1 if there is none, as in an empty one. */
export function lastUnmasked({ starts, mask }: Sequences, sequence: number): number {
  const start = starts[sequence] ?? 0
  for (let item = (starts[sequence + 1] ?? 0) - 1; item >= start; item--) if (mask[item]) return item
  return -1
}

/**
 * Sums of what is still to come, the item itself included: x_t + gamma * sum_(t+1), within each sequence. In paper mode
 * a sum that is within the rounding of its terms is 0.
 */
export function reversedSums(
  starts: Int32Array,
  values: Float64Array,
  gamma = 1,
  mode: Mode = 'reference',
): Float64Array {
  const sums = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let [running, size] = [0, 0]
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      const value = values[item] ?? 0
      size = Math.abs(value) + gamma * size
      running = settled(value + gamma * running, size, mode)
      sums[item] = running
    }
  }
  return sums
}

/** As `reversedSums`, where a masked item restarts the sum for those before it (IGPO's first release). */
export function maskedReversedSums({ starts, mask }: Sequences, values: Float64Array, gamma: number): Float64Array {
  const sums = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let running = 0
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      running = (values[item] ?? 0) + gamma * running
      sums[item] = running
      if (!mask[item]) running = 0
    }
  }
  return sums
}

/** As `reversedSums` over the unmasked items alone; 0 on masked ones, even if they have values. */
export function passingSums({ starts, mask }: Sequences, values: Float64Array, gamma: number): Float64Array {
  const sums = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let running = 0
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      if (!mask[item]) continue
      running = (values[item] ?? 0) + gamma * running
      sums[item] = running
    }
  }
  return sums
}

/** What is added to the variance by default. */
export const WHITEN_EPSILON = 1e-8

/**
 * verl's `masked_whiten`: less the mean, over the root of the variance (Bessel) + epsilon, both of the unmasked items;
 * masked ones are shifted and scaled too. The reference adds 1e-8 to every count, which turns equal items into noise
 * instead of 0, and does so in reference mode; in paper mode items that are the mean within rounding are 0.
 */
export function whitened(
  values: Float64Array,
  mask: Uint8Array,
  mode: Mode,
  epsilon: number = WHITEN_EPSILON,
): Float64Array {
  if (mode === 'reference') return whitenedWithSlack(values, mask, epsilon)
  const all = { ids: Int32Array.from(mask, (used) => (used ? 0 : NO_GROUP)), count: 1 }
  const { means, deviations, factors, tolerances } = scaledMoments(all, values, { mode })
  const [factor, mean, tolerance] = [factors?.[0] ?? 1, means[0] ?? 0, tolerances[0] ?? 0]
  const scale = Math.hypot(deviations[0] || 0, Math.sqrt(epsilon) * factor)
  return values.map((value) => {
    const difference = value * factor - (mean || 0)
    return Math.abs(difference) <= tolerance ? 0 : difference / (scale || 1)
  })
}

const SLACK = 1e-8

function whitenedWithSlack(values: Float64Array, mask: Uint8Array, epsilon: number): Float64Array {
  let [sum, count, squares] = [0, 0, 0]
  for (let item = 0; item < values.length; item++) if (mask[item]) [sum, count] = [sum + (values[item] ?? 0), count + 1]
  const mean = sum / (count + SLACK)
  for (let item = 0; item < values.length; item++)
    if (mask[item]) squares += ((values[item] ?? 0) - mean) * ((values[item] ?? 0) - mean)
  const variance = count > 1 ? ((squares / (count + SLACK)) * count) / (count - 1) : 0
  const scale = 1 / Math.sqrt(variance + epsilon)
  return values.map((value) => (value === mean ? 0 : (value - mean) * scale))
}

/** What was unmasked, and 0. */
export const masked = (values: Float64Array, mask: Uint8Array): Float64Array =>
  values.map((value, item) => (mask[item] ? value : 0))

export interface GaeOptions {
  readonly gamma: number
  readonly lam: number
}

export interface GaeEnds {
  /** Items that are not the agent's are passed over, and hold what comes after them, as in verl. */
  readonly mask?: Uint8Array
  /** Value after the last item of each sequence. @default 0 */
  readonly ends?: Float64Array
}

/** Generalised advantages (arXiv 1506.02438), not whitened. */
export function generalisedAdvantages(
  starts: Int32Array,
  rewards: Float64Array,
  values: Float64Array,
  { gamma, lam }: GaeOptions,
  { mask, ends }: GaeEnds = {},
): Float64Array {
  const advantages = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let [running, next] = [0, ends?.[s] ?? 0]
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      if (!mask || mask[item]) {
        const value = values[item] ?? 0
        running = (rewards[item] ?? 0) + gamma * next - value + gamma * lam * running
        next = value
      }
      advantages[item] = running
    }
  }
  return advantages
}
