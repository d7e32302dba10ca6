import { shardNames, shardOf } from '../shards/shard-of.ts'

/** Worker that has the session, episode or group of a name: the same in every process, so that none has to ask another. */
export const homeOf = (name: string, workers: number): number => Number(shardOf(name, shardNames(workers)))
