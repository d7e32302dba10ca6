import { describe, expect, it } from 'vitest'
import type { Feed, FeedFilter } from '../../../server/stream/feed.ts'
import { EventStream } from '../../../server/stream/stream.ts'
import { startedStream, upTo } from '../../support/server/consumers.ts'
import { hostOf, servedIn } from '../../support/server/started-host.ts'

/** What waits in a feed, read to its end. */
async function readAll(feed: Feed): Promise<readonly string[]> {
  const seen: string[] = []
  while (feed.waiting > 0) {
    const { value } = await feed.next()
    if (value) seen.push(`${value.event.kind}${value.missed > 0 ? ` after ${value.missed}` : ''}`)
  }
  return seen
}

describe('observing', () => {
  it('shows what happens as it happens, to be read at any pace', async () => {
    const { stream, step, broadcast } = await startedStream()
    const feed = stream.observe()
    const first = feed.next()
    expect(step(7)).toBeUndefined()
    expect(await first).toMatchObject({ done: false, value: { event: { step: { index: 7 } }, missed: 0 } })
    broadcast.emit('failed', { doing: 'something', error: new Error('the path /secret is full') })
    expect(feed.waiting).toBe(0)
  })

  it('loses the oldest of a slow observer, reports how many, and never holds a reply', async () => {
    const { stream, step } = await startedStream()
    const [slow, quick] = [stream.observe({}, { capacity: 3 }), stream.observe()]
    expect(upTo(10).map((index) => step(index))).toEqual(upTo(10).map(() => undefined))
    expect(await slow.next()).toMatchObject({ value: { event: { step: { index: 7 } }, missed: 7 } })
    expect(await slow.next()).toMatchObject({ value: { event: { step: { index: 8 } }, missed: 0 } })
    for (const index of [10, 11, 12]) void step(index)
    expect(await slow.next()).toMatchObject({ value: { event: { step: { index: 10 } }, missed: 1 } })
    expect(quick.waiting).toBe(13)
    expect(stream.observers).toEqual({ open: 2, waiting: 15, missed: 8 })
    slow.close()
    expect(stream.observers).toEqual({ open: 1, waiting: 13, missed: 8 })
  })

  const FILTERS: readonly (readonly [FeedFilter, readonly string[]])[] = [
    [{}, ['episode-started', 'episode-started', 'step-taken', 'step-taken', 'episode-ended', 'group-closed']],
    [{ environment: 'chess@1' }, []],
    [{ environment: 'dice@1', kinds: ['step-taken'] }, ['step-taken', 'step-taken']],
    [{ episodeId: 'alone' }, ['episode-started', 'step-taken']],
    [{ episodeId: 'grouped' }, ['episode-started', 'step-taken', 'episode-ended', 'group-closed']],
    [{ episodeId: 'grouped', kinds: ['group-closed', 'episode-started'] }, ['episode-started', 'group-closed']],
  ]
  it.each(FILTERS)('shows with the filter %j only %j', async (filter, kinds) => {
    const host = hostOf()
    const stream = new EventStream(host.events)
    const feed = stream.observe(filter)
    const group = { id: 'g', size: 1 }
    const servedEpisodes = [
      await servedIn(host, { episodeId: 'alone' }),
      await servedIn(host, { episodeId: 'grouped', group, maxSteps: 1 }),
    ]
    for (const served of servedEpisodes) await served.step('1')
    await new Promise((resolve) => setImmediate(resolve))
    expect(await readAll(feed)).toEqual(kinds)
  })

  it('shows late rewards to observers of their episode', async () => {
    const { stream, broadcast } = await startedStream()
    const [mine, other] = [stream.observe({ episodeId: 'mine' }), stream.observe({ episodeId: 'other' })]
    const reward = { name: 'late', version: 1, latencyMs: 1, value: 1 }
    broadcast.emit('rewardsArrived', { environment: 'dice@1', rewards: [{ trajectoryId: 'mine', index: 0, reward }] })
    expect([mine.waiting, other.waiting]).toEqual([1, 0])
  })

  it('ends when it is closed, also while it is being read, and when its loop is left', async () => {
    const { stream, step } = await startedStream()
    const feed = stream.observe()
    const waiting = feed.next()
    feed.close()
    expect(await waiting).toEqual({ done: true, value: undefined })
    void step(0)
    expect(feed.waiting).toBe(0)
    const left = stream.observe()
    void step(1)
    for await (const { event } of left) {
      expect(event.kind).toBe('step-taken')
      break
    }
    expect(stream.observers.open).toBe(0)
  })

  it('ends with the stream', async () => {
    const { stream } = await startedStream()
    const waiting = stream.observe().next()
    await stream.close(5)
    expect(await waiting).toEqual({ done: true, value: undefined })
  })
})
