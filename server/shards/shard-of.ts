import { createHash } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'

/** Names of the shards of a server that has this number of them: "0", "1", and so on. */
export const shardNames = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${index}`)

/**
 * Shard of a key, such as the name of a session or of a group: the same on every machine, and spread evenly. When
 * there are more shards than before, a key stays or moves to a new one: the one with the greatest hash has it.
 * @throws GymError CONFIG_INVALID without shards
 */
export function shardOf(key: string, shards: readonly string[]): string {
  let best: { readonly shard: string; readonly weight: string } | null = null
  for (const shard of shards) {
    const weight = createHash('sha256').update(`${shard}\n${key}`).digest('hex')
    if (best === null || weight > best.weight) best = { shard, weight }
  }
  if (best === null) throw new GymError('CONFIG_INVALID', 'there are no shards to choose from')
  return best.shard
}
