import { describe, expect, it } from 'vitest'
import type { Bus } from '../../../server/shards/bus.ts'
import { natsBus } from '../../../server/shards/nats/bus.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { itIsADirectory } from '../../support/shards/directory.ts'
import { allOf, itIsAShardFeed, lines, writer } from '../../support/shards/feed.ts'
import { hasNatsServer, startedBroker } from '../../support/shards/nats-server.ts'
import { itIsAScorerQueue, job, judge } from '../../support/shards/scorers.ts'

async function openedBus(url: string): Promise<Bus> {
  const bus = await natsBus(url)
  closeAfterTest(() => bus.close())
  return bus
}

/** Opener of buses of one broker. */
async function oneBroker(options?: readonly string[]) {
  const broker = await startedBroker(options)
  return { broker, open: () => openedBus(broker.url) }
}

describe.skipIf(!hasNatsServer)('a feed over NATS', () => {
  itIsAShardFeed(async () => {
    const { open } = await oneBroker()
    const buses = await Promise.all([open(), open()])
    let number = 0
    return () => (buses[number++ % 2] ?? buses[0]).feed('0', 'dice')
  })

  it('has lines that are longer than a message', async () => {
    const { open } = await oneBroker()
    const bus = await open()
    const feed = bus.feed('0', 'dice')
    await feed.fence(writer(1))
    const text = 'é'.repeat(1_500_000)
    await feed.append([...lines(0, 1), { kind: 'line', text, at: { segment: 0, end: 99 } }, ...lines(10, 11)])
    const read = await allOf((await open()).feed('0', 'dice').read())
    expect(read.map((entry) => entry.text.length)).toEqual([7, text.length, 8])
    expect(read[1]?.text).toBe(text)
  })
})

describe.skipIf(!hasNatsServer)('a queue of scorers over NATS', () => {
  itIsAScorerQueue(async () => {
    const { open } = await oneBroker()
    const buses = await Promise.all([open(), open()])
    let number = 0
    return () => (buses[number++ % 2] ?? buses[0]).scorersOf('0')
  })

  it('judges a batch in halves that no message can hold, and says so of a step that none can', async () => {
    const { open } = await oneBroker()
    const scorers = (await open()).scorersOf('0')
    const work = await scorers.work(judge(1))
    const [first, second] = job(1, 0, 1).steps
    if (!first || !second) throw new Error('two steps')
    const long = { ...first, nextObservation: 'x'.repeat(700_000) }
    const tooLong = { ...second, nextObservation: 'x'.repeat(1_100_000) }
    const rewards = await scorers.submit({ ...job(1), steps: [long, { ...long, index: 5 }, tooLong] })
    expect(rewards).toMatchObject([{ value: 0 }, { value: 5 }, { value: null, reason: 'threw' }])
    await work.close()
  })
})

describe.skipIf(!hasNatsServer)('a directory over NATS', () => {
  itIsADirectory(async () => {
    const { open } = await oneBroker()
    return async () => (await open()).directory
  })
})

describe.skipIf(!hasNatsServer)('a bus', () => {
  it('says what to do where there is no broker, or one without JetStream, or another address', async () => {
    await expect(natsBus('nats://127.0.0.1:1')).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' })
    const { broker } = await oneBroker([])
    await expect(natsBus(broker.url)).rejects.toThrow('has no JetStream')
    for (const address of ['127.0.0.1:4222', 'http://127.0.0.1', 'nats://', 'nats://a/b/c'])
      await expect(natsBus(address)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
