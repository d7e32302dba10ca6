/** Sequence s has items `starts[s]` to `starts[s + 1] - 1`; `mask` is 0 for items that are not the agent's. */
export interface Sequences {
  readonly starts: Int32Array
  readonly mask: Uint8Array
}

/** Sums of what is still to come, the item itself included: x_t + gamma * sum_(t+1), within each sequence. */
export function reversedSums(starts: Int32Array, values: Float64Array, gamma = 1): Float64Array {
  const sums = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let running = 0
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      running = (values[item] ?? 0) + gamma * running
      sums[item] = running
    }
  }
  return sums
}

/** As `reversedSums`, where a masked item starts the sum anew for those before it (REINFORCE++ of verl). */
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

/**
 * verl's `masked_whiten`: less the mean, over the root of the variance (Bessel) + 1e-8, both of the unmasked items;
 * masked ones are shifted and scaled too. The reference adds 1e-8 to every count, which turns equal items into noise
 * instead of 0; in paper mode it does not.
 */
export function whitened(values: Float64Array, mask: Uint8Array, mode: 'paper' | 'reference'): Float64Array {
  const slack = mode === 'reference' ? 1e-8 : 0
  const { count, mean } = maskedMean(values, mask, slack)
  let squares = 0
  for (let item = 0; item < values.length; item++)
    if (mask[item]) squares += ((values[item] ?? 0) - mean) * ((values[item] ?? 0) - mean)
  const variance = count > 1 ? ((squares / (count + slack)) * count) / (count - 1) : 0
  const scale = 1 / Math.sqrt(variance + 1e-8)
  return values.map((value) => (value - mean) * scale)
}

function maskedMean(
  values: Float64Array,
  mask: Uint8Array,
  slack: number,
): { readonly count: number; readonly mean: number } {
  let [sum, count, least, greatest] = [0, 0, Infinity, -Infinity]
  for (let item = 0; item < values.length; item++) {
    if (!mask[item]) continue
    const value = values[item] ?? 0
    sum += value
    count += 1
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  if (count === 0) return { count, mean: 0 }
  return { count, mean: slack === 0 && least === greatest ? least : sum / (count + slack) }
}

/** What was unmasked, and 0. */
export const masked = (values: Float64Array, mask: Uint8Array): Float64Array =>
  values.map((value, item) => (mask[item] ? value : 0))

export interface GaeOptions {
  readonly gamma: number
  readonly lam: number
}

/** Generalised advantages (arXiv 1506.02438), not whitened: the value after the last item of a sequence is 0. */
export function generalisedAdvantages(
  starts: Int32Array,
  rewards: Float64Array,
  values: Float64Array,
  { gamma, lam }: GaeOptions,
): Float64Array {
  const advantages = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    let [running, next] = [0, 0]
    for (let item = (starts[s + 1] ?? 0) - 1; item >= (starts[s] ?? 0); item--) {
      const value = values[item] ?? 0
      running = (rewards[item] ?? 0) + gamma * next - value + gamma * lam * running
      advantages[item] = running
      next = value
    }
  }
  return advantages
}
