import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { opening } from '../../../server/hosting/bounded-queue.ts'
import type { Bus } from '../../../server/shards/bus.ts'
import type { Claim } from '../../../server/shards/directory.ts'
import { type NatsBusSettings, natsBus } from '../../../server/shards/nats/bus.ts'
import { connectNats } from '../../../server/shards/nats/connection.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { claimed } from '../../support/shards/directory.ts'
import { allOf, lines, writer } from '../../support/shards/feed.ts'
import { hasNatsServer, startedBroker } from '../../support/shards/nats-server.ts'
import { job, judge } from '../../support/shards/scorers.ts'

async function openedBus(url: string, settings: NatsBusSettings = {}): Promise<Bus> {
  const bus = await natsBus(url, settings)
  closeAfterTest(() => bus.close())
  return bus
}

async function openedLink(url: string) {
  const link = await connectNats(url)
  closeAfterTest(() => link.connection.close())
  return link
}

const texts = (from: number, to: number): readonly string[] => lines(from, to).map(({ text }) => text)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(!hasNatsServer)('a feed', () => {
  it('waits for a broker that was killed, and has each line once', async () => {
    const broker = await startedBroker()
    const feed = (await openedBus(broker.url)).feed('0', 'dice')
    await feed.fence(writer(1))
    const appended = feed.append(lines(0, 5000))
    await broker.stop()
    await broker.start()
    await appended
    expect((await allOf(feed.read())).map(({ text }) => text)).toEqual(lines(0, 5000).map(({ text }) => text))
  })

  it('waits for a broker that answers nothing, and has each line once', async () => {
    const broker = await startedBroker()
    const reasons: string[] = []
    const feed = (await openedBus(broker.url, { onWait: (reason) => reasons.push(reason) })).feed('0', 'dice')
    await feed.fence(writer(1))
    broker.signal('SIGSTOP')
    let isDone = false
    const appended = feed.append(lines(0, 600)).then(() => {
      isDone = true
    })
    await pause(6000)
    expect(isDone).toBe(false)
    broker.signal('SIGCONT')
    await appended
    expect(reasons).toContainEqual(expect.stringContaining('does not answer in time: it is slow, or away'))
    expect((await allOf(feed.read())).map(({ text }) => text)).toEqual(texts(0, 600))
  })

  it('that is full waits for room, and has each line once', async () => {
    const broker = await startedBroker()
    const reasons: string[] = []
    const onWait = (reason: string): unknown => reasons.push(reason)
    const feed = (await openedBus(broker.url, { feedBytes: 20_000, onWait })).feed('0', 'dice')
    await feed.fence(writer(1))
    let isDone = false
    const appended = feed.append(lines(0, 1000)).then(() => {
      isDone = true
    })
    await pause(1500)
    const before = await allOf(feed.read())
    expect([isDone, before.length > 0, before.length < 1000]).toEqual([false, true, true])
    expect(reasons).toEqual([expect.stringContaining('stepgym_FEED_0_dice: a feed is full: raise the max_bytes')])
    const link = await openedLink(broker.url)
    await link.manager.streams.update('stepgym_FEED_0_dice', { max_bytes: 10_000_000 })
    await appended
    expect((await allOf(feed.read())).map(({ text }) => text)).toEqual(texts(0, 1000))
  })

  it('with a gap is refused, and says where', async () => {
    const broker = await startedBroker()
    const feed = (await openedBus(broker.url)).feed('0', 'dice')
    await feed.fence(writer(1))
    await feed.append(lines(0, 20))
    const link = await openedLink(broker.url)
    await link.manager.streams.deleteMessage('stepgym_FEED_0_dice', 10)
    await expect(allOf(feed.read())).rejects.toThrow('has no message between 9 and 11')
  })
})

describe.skipIf(!hasNatsServer)('a feed that was deleted', () => {
  it('ends its writer and its readers, and says what to do', async () => {
    const broker = await startedBroker()
    const bus = await openedBus(broker.url)
    const feed = bus.feed('0', 'dice')
    await feed.fence(writer(1))
    await feed.append(lines(0, 20))
    const read = opening()
    const reading = (async () => {
      for await (const { text } of bus.feed('0', 'dice').follow(0, new AbortController().signal))
        if (text === texts(19, 20)[0]) read.open()
    })()
    await read.promise
    const link = await openedLink(broker.url)
    await link.manager.streams.delete('stepgym_FEED_0_dice')
    const deleted = { code: 'BUS_UNAVAILABLE', message: expect.stringContaining('stepgym_FEED_0_dice was deleted') }
    await expect(feed.append(lines(20, 30))).rejects.toMatchObject(deleted)
    await expect(reading).rejects.toMatchObject(deleted)
  })
})

/** A broker with users of its own, and the addresses of them. */
async function guardedBroker() {
  const file = join(newFolder(), 'nats.conf')
  writeFileSync(
    file,
    `jetstream { store_dir: ${JSON.stringify(newFolder())} }
     accounts {
       A { jetstream: enabled, users: [
         { user: own, password: "p@ss" },
         { user: reader, password: read, permissions: { publish: { deny: ["stepgym.>"] } } } ] }
       B { users: [{ user: other, password: elsewhere }] } }`,
  )
  const broker = await startedBroker(['-c', file])
  return (user: string) => `nats://${user}@127.0.0.1:${broker.port}`
}

describe.skipIf(!hasNatsServer)('a broker with users', () => {
  it('is used by one that has the rights', async () => {
    const address = await guardedBroker()
    const feed = (await openedBus(address('own:p%40ss'))).feed('0', 'dice')
    await feed.fence(writer(1))
    await feed.append(lines(0, 3))
    expect(await feed.last()).toEqual({ segment: 0, end: 30 })
  })

  it('is refused at once with the reason, which has no password in it, where a repetition changes nothing', async () => {
    const address = await guardedBroker()
    const failed = async (user: string): Promise<string> => {
      const joined = natsBus(address(user)).then(async (bus) => {
        closeAfterTest(() => bus.close())
        await bus.directory.join('a')
      })
      return joined.then(
        () => '',
        (thrown: Error) => thrown.message,
      )
    }
    const messages = [await failed('own:wrong'), await failed('reader:read'), await failed('other:elsewhere')]
    expect(messages).toEqual([
      expect.stringContaining('refuses the user or the password'),
      expect.stringContaining('needs the right to publish'),
      expect.stringContaining('has no JetStream'),
    ])
    expect(messages.join()).not.toMatch(/wrong|:read|elsewhere/)
  })

  it('that takes no message of this size says so', async () => {
    const broker = await startedBroker()
    const feed = (await openedBus(broker.url)).feed('0', 'dice')
    await feed.fence(writer(1))
    const link = await openedLink(broker.url)
    await link.manager.streams.update('stepgym_FEED_0_dice', { max_msg_size: 5 })
    await expect(feed.append(lines(0, 3))).rejects.toThrow('a message is too large')
  })
})

describe.skipIf(!hasNatsServer)('a queue of scorers', () => {
  it('has nulls with the reason for a batch that a scorer of another version answers', async () => {
    const broker = await startedBroker()
    const bus = await openedBus(broker.url)
    const work = await bus.scorers.work(judge(2))
    const own = bus.scorersOf('0').submit(job(1, 7))
    const link = await openedLink(broker.url)
    await (await bus.scorers.work(judge(1, { reward: () => new Promise(() => {}) }))).close()
    const message = await (await link.jetstream.consumers.get('stepgym_SCORE', 'judge-1')).next({ expires: 5000 })
    const id = message?.headers?.get('id') ?? ''
    const answer = [{ name: 'judge', version: 2, latencyMs: 0, value: 3 }]
    await link.jetstream.publish(`stepgym.scored.0.${id}`, JSON.stringify(answer))
    message?.ack()
    const detail = expect.stringContaining('judge@2 judged for judge@1')
    expect(await own).toMatchObject([{ name: 'judge', version: 1, value: null, reason: 'threw', detail }])
    await work.close()
  })

  it('gives up a batch that no scorer survives, and judges the others', async () => {
    const broker = await startedBroker()
    const bus = await openedBus(broker.url)
    const work = await bus.scorers.work(judge(1))
    await work.close()
    const deadly = bus.scorersOf('0').submit(job(1, 7))
    const link = await openedLink(broker.url)
    const consumer = await link.jetstream.consumers.get('stepgym_SCORE', 'judge-1')
    for (let died = 0; died < 5; died++) (await consumer.next({ expires: 5000 }))?.nak()
    const harmless = bus.scorersOf('0').submit(job(1, 8))
    const next = await bus.scorers.work(judge(1))
    expect(await harmless).toMatchObject([{ value: 8 }])
    expect(await deadly).toMatchObject([{ value: null, reason: 'threw', detail: expect.stringContaining('5 scorers') }])
    await next.close()
  })
})

describe.skipIf(!hasNatsServer)('a directory', () => {
  it('keeps the owner of a shard while the clock of its node jumps', async () => {
    const broker = await startedBroker()
    const [own, other] = [await openedBus(broker.url), await openedBus(broker.url)]
    const claim = await claimed(own.directory, '0', 'a')
    const now = Date.now()
    const jumped = vi.spyOn(Date, 'now').mockImplementation(() => now + 86_400_000)
    closeAfterTest(() => jumped.mockRestore())
    await pause(4000)
    expect([claim.lost.aborted, await other.directory.claim('0', 'b')]).toEqual([false, null])
  })

  it('gives the shard of a node that is cut off to another, which the first learns when it is back', async () => {
    const broker = await startedBroker()
    const [own, other] = [await openedBus(broker.url), await openedBus(broker.url)]
    const claim = await claimed(own.directory, '0', 'a')
    const link = await openedLink(broker.url)
    let next: Claim | null = null
    while (next === null) {
      await link.manager.streams.purge('stepgym_OWNERS', { filter: 'stepgym.owner.0' })
      next = await other.directory.claim('0', 'b')
    }
    if (!claim.lost.aborted)
      await new Promise<void>((resolve) => {
        claim.lost.addEventListener('abort', () => resolve(), { once: true })
      })
    expect(next.epoch).toBeGreaterThan(claim.epoch)
    expect([claim.lost.aborted, next.lost.aborted]).toEqual([true, false])
  })

  it('lets no node claim while a broker that was away has its owners renew', async () => {
    const broker = await startedBroker()
    const [own, other] = [await openedBus(broker.url), await openedBus(broker.url)]
    const claim = await claimed(own.directory, '0', 'a')
    await broker.stop()
    await pause(3500)
    await broker.start()
    await pause(2500)
    expect([claim.lost.aborted, await other.directory.claim('0', 'b')]).toEqual([false, null])
    expect((await other.directory.owner('0'))?.epoch).toBe(claim.epoch)
  })
})

describe('a bus', () => {
  it('says which version of the broker is too old', async () => {
    const info = { server_id: 'x', version: '2.1.9', proto: 1, host: '127.0.0.1', port: 1, max_payload: 2 ** 20 }
    const old = createServer((socket) => {
      socket.on('error', () => {})
      socket.write(`INFO ${JSON.stringify(info)}\r\n`)
      socket.on('data', () => socket.write('PONG\r\n'))
    })
    const port = await freePort()
    await new Promise<void>((resolve) => old.listen(port, '127.0.0.1', () => resolve()))
    closeAfterTest(() => new Promise((resolve) => old.close(resolve)))
    await expect(natsBus(`nats://127.0.0.1:${port}`)).rejects.toThrow('nats-server 2.1.9')
  })
})
