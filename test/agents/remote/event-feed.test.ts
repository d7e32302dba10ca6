import { describe, expect, it } from 'vitest'
import { EventFeed } from '../../../agents/remote/event-feed.ts'

interface Item {
  readonly n: number
}
const feedOf = (left: () => void = () => {}) => new EventFeed<Item>((count) => ({ n: -count }), left)

describe('EventFeed', () => {
  it('delivers items in order, to readers that came before them and after', async () => {
    const feed = feedOf()
    const early = [feed.next(), feed.next()]
    for (const n of [1, 2, 3]) feed.add({ n })
    feed.end()
    const seen = (await Promise.all(early)).map(({ value }) => value?.n)
    for await (const { n } of feed) seen.push(n)
    expect(seen).toEqual([1, 2, 3])
  })

  it('throws its final error after the earlier events', async () => {
    const feed = feedOf()
    feed.add({ n: 1 })
    feed.end(new Error('broke'))
    feed.add({ n: 2 })
    expect((await feed.next()).value).toEqual({ n: 1 })
    await expect(feed.next()).rejects.toThrow('broke')
  })

  it('is released once, when its reader leaves', async () => {
    let left = 0
    const feed = feedOf(() => left++)
    feed.add({ n: 1 })
    for await (const _ of feed) break
    feed.end()
    expect(left).toBe(1)
    expect(await feed.next()).toEqual({ done: true, value: undefined })
  })
})
