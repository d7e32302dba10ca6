import { expect, it } from 'vitest'
import type { Claim, Directory, ShardOwner } from '../../../server/shards/directory.ts'
import { until } from '../server/client.ts'

/** @throws where the shard could not be claimed */
export async function claimed(directory: Directory, shard: string, node: string): Promise<Claim> {
  const claim = await directory.claim(shard, node)
  if (claim) return claim
  throw new Error(`${shard} has an owner`)
}

/**
 * Contract of a `Directory`, for every implementation.
 * @param opener of one directory that no test had before: each call returns another node's
 */
export function itIsADirectory(opener: () => Promise<() => Promise<Directory>>): void {
  it('has one owner of a shard, of those that claim it at once', async () => {
    const open = await opener()
    const nodes = await Promise.all([1, 2, 3, 4].map(() => open()))
    const claims = await Promise.all(nodes.map((node, index) => node.claim('0', `n${index}`)))
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1)
    const winner = claims.findIndex((claim) => claim !== null)
    const epoch = claims[winner]?.epoch ?? 0
    expect(await (await open()).owner('0')).toEqual({ node: `n${winner}`, url: null, epoch })
  })

  it('says where a shard is served once that was announced', async () => {
    const open = await opener()
    const [node, other] = [await open(), await open()]
    const claim = await claimed(node, '3', 'a')
    await claim.announce('http://127.0.0.1:8001')
    const owner = { node: 'a', url: 'http://127.0.0.1:8001', epoch: claim.epoch }
    expect(await other.owner('3')).toEqual(owner)
    expect(await other.owners()).toEqual(new Map([['3', owner]]))
    expect(await other.owner('4')).toBe(null)
  })

  it('gives a shard that was released to the next, under a greater epoch', async () => {
    const open = await opener()
    const [node, other] = [await open(), await open()]
    const first = await claimed(node, '0', 'a')
    await first.release()
    expect(first.lost.aborted).toBe(true)
    const second = await claimed(other, '0', 'b')
    expect(second.epoch).toBeGreaterThan(first.epoch)
    await expect(first.announce('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'SHARD_LOST' })
    await first.release()
    expect((await other.owner('0'))?.node).toBe('b')
  })

  it('watches what there is and what changes', async () => {
    const open = await opener()
    const [node, other] = [await open(), await open()]
    const claim = await claimed(node, '0', 'a')
    const seen: (readonly [string, ShardOwner | null])[] = []
    const unwatch = await other.watch((shard, owner) => seen.push([shard, owner]))
    await until(() => seen.length === 1)
    await claim.announce('http://127.0.0.1:8001')
    await until(() => seen.length === 2)
    await claim.release()
    await until(() => seen.length === 3)
    unwatch()
    expect(seen.map(([shard, owner]) => [shard, owner?.url ?? null])).toEqual([
      ['0', null],
      ['0', 'http://127.0.0.1:8001'],
      ['0', null],
    ])
    expect([seen[0]?.[1]?.node, seen[2]?.[1]]).toEqual(['a', null])
  })

  it('forgets a node that leaves, and frees its shards', async () => {
    const open = await opener()
    const [node, other] = [await open(), await open()]
    const leave = await node.join('a')
    await other.join('b')
    expect(await other.nodes()).toEqual(['a', 'b'])
    const claim = await claimed(node, '0', 'a')
    await leave()
    expect(await other.nodes()).toEqual(['b'])
    await node.close()
    expect(claim.lost.aborted).toBe(true)
    expect(await other.claim('0', 'b')).not.toBe(null)
  })
}
