/**
 * What servers that share the work have in common: records for those without the disk, scorers elsewhere, and who serves
 * which shard. Within one process by default.
 * @module
 */

export {
  LocalScorerQueue,
  type ScorerJob,
  type ScorerQueue,
  type Work,
} from '../hosting/scorer-queue.ts'
export type { Bus } from './bus.ts'
export { copyFeed } from './copy.ts'
export type { Claim, Directory, OwnerListener, ShardOwner } from './directory.ts'
export type { Acknowledge, FeedEntry, FeedWriter, PlacedEntry, Position, ShardFeed } from './feed.ts'
export { LocalBus } from './local/bus.ts'
export { LocalDirectory, LocalOwners } from './local/directory.ts'
export { type NatsBusSettings, natsBus } from './nats/bus.ts'
export { type GymNode, type NodeSettings, serveShards } from './node.ts'
export type { ShardSettings } from './shard.ts'
export { shardNames, shardOf } from './shard-of.ts'
