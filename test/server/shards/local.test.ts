import { describe, expect, it } from 'vitest'
import { LocalBus } from '../../../server/shards/local/bus.ts'
import { LocalDirectory, LocalOwners } from '../../../server/shards/local/directory.ts'
import { shardNames, shardOf } from '../../../server/shards/shard-of.ts'
import { itIsADirectory } from '../../support/shards/directory.ts'
import { itIsAShardFeed } from '../../support/shards/feed.ts'
import { itIsAScorerQueue } from '../../support/shards/scorers.ts'

describe('a feed within the process', () => {
  itIsAShardFeed(async () => {
    const bus = new LocalBus()
    return () => bus.node().feed('0', 'dice')
  })
})

describe('a queue of scorers within the process', () => {
  itIsAScorerQueue(async () => {
    const bus = new LocalBus()
    return () => bus.node().scorersOf()
  })
})

describe('a directory within the process', () => {
  itIsADirectory(async () => {
    const owners = new LocalOwners()
    return async () => new LocalDirectory(owners)
  })
})

describe('shardOf', () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `session-${index}`)
  const spread = (count: number): readonly string[] => keys.map((key) => shardOf(key, shardNames(count)))

  it('spreads keys evenly', () => {
    for (const shard of shardNames(3)) {
      const share = spread(3).filter((each) => each === shard).length
      expect(share).toBeGreaterThan(900)
      expect(share).toBeLessThan(1100)
    }
  })

  it('moves keys only to a new shard', () => {
    const [before, after] = [spread(3), spread(4)]
    expect(after.filter((shard, index) => shard !== before[index]).every((shard) => shard === '3')).toBe(true)
    expect(after.filter((shard) => shard === '3').length).toBeGreaterThan(600)
  })

  it('needs shards', () => {
    expect(() => shardOf('a', [])).toThrow('no shards')
  })
})
