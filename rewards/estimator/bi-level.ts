import { generalisedAdvantages, type Sequences } from './sequences.ts'

export interface BiLevelOptions {
  readonly gamma: number
  readonly lam: number
  readonly highLevelGamma: number
  /** Value after the last turn of each sequence. @default 0 */
  readonly ends?: Float64Array
}

export interface BiLevel {
  /** Not whitened; 0 on items that are neither the agent's nor the end of a turn. */
  readonly advantages: Float64Array
  readonly returns: Float64Array
}

/**
 * RAGEN's bi-level GAE: first over the ends of turns with `highLevelGamma`, then, with each turn's high-level return as
 * the reward of its last item, over the items of each turn. Reference: `ragen/trainer/core_algos.py:
 * compute_bi_level_gae_advantage_return`, which finds the ends of turns by their rewards not being 0, so that a turn
 * paid 0 merges with the next, and reads past the end where a row's last item is paid 0; here the ends are given.
 * @param isEnd 1 on the last item of each turn.
 */
export function biLevelAdvantages(
  { starts, mask }: Sequences,
  rewards: Float64Array,
  values: Float64Array,
  isEnd: Uint8Array,
  options: BiLevelOptions,
): BiLevel {
  const advantages = new Float64Array(values.length)
  const returns = new Float64Array(values.length)
  for (let s = 0; s + 1 < starts.length; s++) {
    const items = Array.from({ length: (starts[s + 1] ?? 0) - (starts[s] ?? 0) }, (_, at) => (starts[s] ?? 0) + at)
    const ends = items.filter((item) => isEnd[item])
    const high = turnAdvantages(ends, rewards, values, options, options.ends?.[s] ?? 0)
    ends.forEach((item, turn) => {
      advantages[item] = high[turn] ?? 0
      returns[item] = (high[turn] ?? 0) + (values[item] ?? 0)
    })
    lowLevel(items.filter((item) => mask[item]).toReversed(), isEnd, values, { advantages, returns }, options)
  }
  return { advantages, returns }
}

function turnAdvantages(
  ends: readonly number[],
  rewards: Float64Array,
  values: Float64Array,
  { highLevelGamma, lam }: BiLevelOptions,
  after: number,
): Float64Array {
  const at = (column: Float64Array): Float64Array => Float64Array.from(ends, (item) => column[item] ?? 0)
  return generalisedAdvantages(
    Int32Array.of(0, ends.length),
    at(rewards),
    at(values),
    { gamma: highLevelGamma, lam },
    { ends: Float64Array.of(after) },
  )
}

/** Items from last to first; what an end is paid stands in `returns` already. */
function lowLevel(
  items: readonly number[],
  isEnd: Uint8Array,
  values: Float64Array,
  { advantages, returns }: BiLevel,
  { gamma, lam }: BiLevelOptions,
): void {
  let [running, next] = [0, 0]
  for (const item of items) {
    if (isEnd[item]) [running, next] = [0, 0]
    const value = values[item] ?? 0
    const reward = isEnd[item] ? (returns[item] ?? 0) : 0
    running = reward + gamma * next - value + gamma * lam * running
    advantages[item] = running
    returns[item] = running + value
    next = value
  }
}
