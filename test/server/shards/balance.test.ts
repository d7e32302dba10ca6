import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { givesUp, isLeastLoaded, loadsOf } from '../../../server/shards/balance.ts'
import type { ShardOwner } from '../../../server/shards/directory.ts'

const owner = (node: string): ShardOwner => ({ node, url: null, epoch: 1 })

/** Owners after all nodes have looked often enough, and how many shards were given up for that. */
function settled(nodes: readonly string[], owners: Map<string, ShardOwner>) {
  let moves = 0
  for (let giver = giverOf(nodes, owners); giver !== undefined; giver = giverOf(nodes, owners)) {
    const [shard = ''] = [...owners].find(([, { node }]) => node === giver) ?? []
    owners.delete(shard)
    const taker = nodes.find((node) => isLeastLoaded(node, loadsOf(nodes, owners))) ?? ''
    owners.set(shard, owner(taker))
    moves++
  }
  return moves
}

const giverOf = (nodes: readonly string[], owners: ReadonlyMap<string, ShardOwner>): string | undefined => {
  const givers = nodes.filter((node) => givesUp(node, loadsOf(nodes, owners)))
  expect(givers.length).toBeLessThan(2)
  return givers[0]
}

describe('shards of nodes', () => {
  it('are even after the fewest moves, from any start', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const had = fc.array(fc.nat(4), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), had, (count, nodesOfShards) => {
        const nodes = names.slice(0, count)
        const owners = new Map(nodesOfShards.map((node, shard) => [`${shard}`, owner(nodes[node % count] ?? 'a')]))
        const before = [...loadsOf(nodes, owners).values()].sort((a, b) => b - a)
        const moves = settled(nodes, owners)
        const loads = [...loadsOf(nodes, owners).values()].sort((a, b) => b - a)
        expect((loads[0] ?? 0) - (loads.at(-1) ?? 0)).toBeLessThan(2)
        const surplus = before.reduce((sum, load, at) => sum + Math.max(0, load - (loads[at] ?? 0)), 0)
        expect(moves).toBe(surplus)
      }),
    )
  })

  it('of a node that is gone count for no one', () => {
    const loads = loadsOf(
      ['a', 'b'],
      new Map([
        ['0', owner('a')],
        ['1', owner('gone')],
      ]),
    )
    expect([...loads]).toEqual([
      ['a', 1],
      ['b', 0],
    ])
    expect([isLeastLoaded('a', loads), isLeastLoaded('b', loads), givesUp('a', loads)]).toEqual([false, true, false])
  })
})
