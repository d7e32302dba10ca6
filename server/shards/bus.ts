import type { ScorerQueue } from '../hosting/scorer-queue.ts'
import type { Directory } from './directory.ts'
import type { ShardFeed } from './feed.ts'

/** What nodes that share the work have in common. */
export interface Bus {
  readonly directory: Directory
  /** Aborted once the bus cannot be used any more, with a GymError as its reason. */
  readonly lost: AbortSignal
  /** Where scorers take jobs of all shards. */
  readonly scorers: Pick<ScorerQueue, 'work'>
  /** @param shard that waits for the results: what was judged before a restart is there after it */
  scorersOf(shard: string): ScorerQueue
  feed(shard: string, environment: string): ShardFeed
  /** Ends all that is in progress, and releases connections. */
  close(): Promise<void>
}
