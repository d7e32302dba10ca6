import { shardNames, shardOf } from '../shards/shard-of.ts'

/** Place of a server among several that share one address: each has its own sessions, groups and record. */
export interface WorkerPlace {
  readonly index: number
  readonly count: number
  /** `http://HOST:PORT` of another; null while it is being replaced. */
  urlOf(worker: number): string | null
}

/** Worker that has the session, episode or group of a name: the same in every process, so that none has to ask another. */
export const homeOf = (name: string, workers: number): number => Number(shardOf(name, shardNames(workers)))

/** A new name whose home is this server. @param make draws a name */
export function nameAtHome(place: WorkerPlace | undefined, make: () => string): string {
  let name = make()
  while (place && homeOf(name, place.count) !== place.index) name = make()
  return name
}
