import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { FeedEntry, FeedWriter, PlacedEntry, ShardFeed } from '../../../server/shards/feed.ts'

export const writer = (epoch: number): FeedWriter => ({ epoch, node: `node-${epoch}`, acknowledge: 'feed' })

/** Lines of one segment, each with its number as text. */
export const lines = (from: number, to: number): readonly FeedEntry[] =>
  Array.from({ length: to - from }, (_, index) => ({
    kind: 'line' as const,
    text: `{"n":${from + index}}`,
    at: { segment: 0, end: 10 * (from + index + 1) },
  }))

export async function allOf(entries: AsyncIterable<PlacedEntry>): Promise<readonly PlacedEntry[]> {
  const all: PlacedEntry[] = []
  for await (const entry of entries) all.push(entry)
  return all
}

const textsOf = (entries: readonly FeedEntry[]): readonly string[] => entries.map(({ text }) => text)

/**
 * Contract of a `ShardFeed`, for every implementation.
 * @param opener of feeds of one run that no test had before: each call returns another writer's feed
 */
export function itIsAShardFeed(opener: () => Promise<() => ShardFeed>): void {
  it('has nothing, and no writer, before the first fence', async () => {
    const feed = (await opener())()
    expect([await feed.writer(), await feed.last(), await allOf(feed.read())]).toEqual([null, null, []])
    await expect(feed.append(lines(0, 1))).rejects.toMatchObject({ code: 'SHARD_LOST' })
  })

  it('has what was appended, in order, each once, from any place', async () => {
    const open = await opener()
    const feed = open()
    await feed.fence(writer(1))
    const manifest: FeedEntry = { kind: 'manifest', text: '{"format":"of a run"}' }
    const all = [manifest, ...lines(0, 700)]
    for (let from = 0; from < all.length; from += 300) await feed.append(all.slice(from, from + 300))
    const read = await allOf(open().read())
    expect(read.map(({ seq: _, ...entry }) => entry)).toEqual(all)
    expect(read.every(({ seq }, index) => index === 0 || seq > (read[index - 1]?.seq ?? 0))).toBe(true)
    expect(textsOf(await allOf(open().read(read[300]?.seq)))).toEqual(textsOf(all).slice(301))
    expect(await open().last()).toEqual({ segment: 0, end: 7000 })
    expect(await open().writer()).toEqual(writer(1))
  })

  it('refuses the former writer as soon as another has fenced it, before that has appended anything', async () => {
    const open = await opener()
    const [paused, next] = [open(), open()]
    await paused.fence(writer(1))
    await paused.append(lines(0, 2))
    await next.fence(writer(2))
    await expect(paused.append(lines(2, 4))).rejects.toMatchObject({ code: 'SHARD_LOST' })
    expect(await allOf(open().read())).toHaveLength(2)
    await next.append(lines(2, 3))
    await expect(paused.append(lines(2, 4))).rejects.toMatchObject({ code: 'SHARD_LOST' })
    expect(textsOf(await allOf(open().read()))).toEqual(textsOf(lines(0, 3)))
  })

  it('refuses a fence of a smaller epoch', async () => {
    const open = await opener()
    const [first, late] = [open(), open()]
    await first.fence(writer(7))
    await expect(late.fence(writer(6))).rejects.toMatchObject({ code: 'SHARD_LOST' })
    await first.append(lines(0, 1))
    expect(await open().writer()).toEqual(writer(7))
  })

  it('is followed from any place, beyond what is there', async () => {
    const open = await opener()
    const feed = open()
    await feed.fence(writer(1))
    await feed.append(lines(0, 3))
    const stop = new AbortController()
    const seen: string[] = []
    const [first] = await allOf(open().read())
    const following = (async () => {
      for await (const { text } of open().follow(first?.seq ?? 0, stop.signal)) {
        seen.push(text)
        if (seen.length === 4) stop.abort()
      }
    })()
    await feed.append(lines(3, 5))
    await following
    expect(seen).toEqual(textsOf(lines(1, 5)))
  })

  it('keeps any text', async () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', minLength: 1 }), { numRuns: 20, seed: 5 })
    const feed = (await opener())()
    await feed.fence(writer(1))
    await feed.append(texts.map((text, end) => ({ kind: 'line', text, at: { segment: 0, end } })))
    expect(textsOf(await allOf(feed.read()))).toEqual(texts)
  })
}
