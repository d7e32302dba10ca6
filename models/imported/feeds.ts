import { longestOf } from '../networks/network.ts'
import type { TokenAction } from '../networks/token-network.ts'
import type { TensorValue, TensorValues } from '../runtime/messages.ts'
import type { CausalInput } from './causal-model.ts'
import { FIRST, TARGETS } from './log-prob-head.ts'

/** First position whose log-probability an action of a batch needs. */
export const firstOf = (actions: readonly TokenAction[]): number =>
  actions.reduce((first, { promptTokenIds }) => Math.min(first, promptTokenIds.length - 1), Number.MAX_SAFE_INTEGER)

/**
 * Inputs of a language model for a batch of actions, one row each, padded after the end with token 0 that the attention
 * mask leaves out.
 * @param first position before which no log-probability is needed
 * @param names inputs that the model has
 */
export function languageFeeds(
  actions: readonly TokenAction[],
  first: number,
  names: ReadonlySet<CausalInput>,
): TensorValues {
  const rows = actions.map(({ promptTokenIds, actionTokenIds }) => [...promptTokenIds, ...actionTokenIds])
  const width = longestOf(rows) - 1
  const dims = [rows.length, width]
  const targets = table(rows, width - first, (row, at) => row[at + first + 1] ?? 0)
  const values: Record<CausalInput, () => TensorValue> = {
    input_ids: () => ({ type: 'int64', dims, data: table(rows, width, (row, at) => row[at] ?? 0) }),
    attention_mask: () => ({ type: 'int64', dims, data: table(rows, width, (row, at) => Number(at < row.length - 1)) }),
    position_ids: () => ({ type: 'int64', dims, data: table(rows, width, (_, at) => at) }),
    // All of them: which are kept is decided by `first`.
    num_logits_to_keep: () => ({ type: 'int64', dims: [], data: BigInt64Array.of(0n) }),
    use_cache_branch: () => ({ type: 'bool', dims: [1], data: Uint8Array.of(0) }),
  }
  return {
    ...Object.fromEntries([...names].map((name) => [name, values[name]()])),
    [TARGETS]: { type: 'int64', dims: [rows.length, width - first, 1], data: targets },
    [FIRST]: { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(first)) },
  }
}

function table(
  rows: readonly (readonly number[])[],
  width: number,
  value: (row: readonly number[], at: number) => number,
): BigInt64Array {
  const data = new BigInt64Array(rows.length * width)
  for (const [at, row] of rows.entries())
    for (let place = 0; place < width; place++) data[at * width + place] = BigInt(value(row, place))
  return data
}
