import type { ProcessHook, Reward } from 'stepgym'
import {
  type Acknowledge,
  type Bus,
  type Claim,
  copyFeed,
  type Directory,
  type FeedEntry,
  type FeedWriter,
  type GymNode,
  LocalBus,
  LocalDirectory,
  LocalOwners,
  LocalScorerQueue,
  type NatsBusSettings,
  type NodeSettings,
  natsBus,
  type OwnerListener,
  type PlacedEntry,
  type Position,
  type ScorerJob,
  type ScorerQueue,
  type ShardFeed,
  type ShardOwner,
  type ShardSettings,
  serveShards,
  shardNames,
  shardOf,
  type Work,
} from 'stepgym/shards'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/shards`. The compiler checks this file; it is never run. */

expectTypeOf<ScorerQueue['submit']>().toEqualTypeOf<(job: ScorerJob) => Promise<readonly Reward[]>>()
expectTypeOf<ScorerQueue['work']>().toEqualTypeOf<(hook: ProcessHook) => Promise<Work>>()
expectTypeOf<Work['close']>().toEqualTypeOf<() => Promise<void>>()
expectTypeOf(new LocalScorerQueue([])).toExtend<ScorerQueue>()
// @ts-expect-error: a job is for one version
expectTypeOf<Omit<ScorerJob, 'version'>>().toExtend<ScorerJob>()

expectTypeOf<Directory['claim']>().toEqualTypeOf<(shard: string, node: string) => Promise<Claim | null>>()
expectTypeOf<Claim['lost']>().toEqualTypeOf<AbortSignal>()
expectTypeOf<ShardOwner['url']>().toEqualTypeOf<string | null>()
expectTypeOf<OwnerListener>().parameters.toEqualTypeOf<[shard: string, owner: ShardOwner | null]>()
expectTypeOf(new LocalDirectory(new LocalOwners())).toExtend<Directory>()
// @ts-expect-error: a shard has a name
new LocalDirectory().owner(0)

expectTypeOf<ShardFeed['last']>().toEqualTypeOf<() => Promise<Position | null>>()
expectTypeOf<ShardFeed['append']>().parameter(0).toEqualTypeOf<readonly FeedEntry[]>()
expectTypeOf<PlacedEntry['seq']>().toEqualTypeOf<number>()
expectTypeOf<FeedWriter['acknowledge']>().toEqualTypeOf<Acknowledge>()
expectTypeOf<Acknowledge>().toEqualTypeOf<'local' | 'feed'>()
// @ts-expect-error: a line has its place
expectTypeOf<{ readonly kind: 'line'; readonly text: string }>().toExtend<FeedEntry>()

expectTypeOf(new LocalBus()).toExtend<Bus>()
expectTypeOf(new LocalBus().node()).toEqualTypeOf<LocalBus>()
expectTypeOf<Bus['feed']>().toEqualTypeOf<(shard: string, environment: string) => ShardFeed>()

expectTypeOf(natsBus).toEqualTypeOf<(address: string, settings?: NatsBusSettings) => Promise<Bus>>()
expectTypeOf<NatsBusSettings['feedBytes']>().toEqualTypeOf<number | undefined>()
expectTypeOf(serveShards).toEqualTypeOf<(settings: NodeSettings) => Promise<GymNode>>()
expectTypeOf<GymNode['shards']>().toEqualTypeOf<readonly string[]>()
// @ts-expect-error: a node has a name
expectTypeOf<Omit<NodeSettings, 'node'>>().toExtend<NodeSettings>()
expectTypeOf<ShardSettings['acknowledge']>().toEqualTypeOf<Acknowledge>()
expectTypeOf(copyFeed).parameter(2).toEqualTypeOf<AbortSignal>()

expectTypeOf(shardOf).toEqualTypeOf<(key: string, shards: readonly string[]) => string>()
expectTypeOf(shardNames).toEqualTypeOf<(count: number) => readonly string[]>()
