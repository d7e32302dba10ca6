import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Messages, TimeLimit } from '../../sandbox/messages.ts'
import { closeAfterTest } from '../support/cleanup.ts'

/** Two ends of a connection, the second of which does not read yet. */
async function ends(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const near = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
  const [far]: readonly Socket[] = await once(server, 'connection')
  if (far === undefined) throw new Error('no connection')
  closeAfterTest(() => {
    for (const each of [near, far]) each.destroy()
    server.close()
  })
  return [near, far]
}

/** Keeps the event loop busy. */
const block = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

describe('a time limit', () => {
  it('does not lapse where the answer was there in time, and this process too busy to read it', async () => {
    const [near, far] = await ends()
    await new Promise((resolve) => near.write('an answer', resolve))
    const seen: string[] = []
    const limit = new TimeLimit(10, () => seen.push('lapsed'))
    const answered = once(far, 'data').then(() => {
      limit.clear()
      seen.push('answered')
    })
    far.resume()
    block(50)
    await answered
    for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['answered'])
  })

  it('lapses once where nothing comes, and not after it was cleared', async () => {
    const seen: string[] = []
    const cleared = new TimeLimit(1, () => seen.push('cleared'))
    cleared.clear()
    await new Promise<void>((resolve) => {
      new TimeLimit(2, () => {
        seen.push('lapsed')
        resolve()
      })
    })
    expect(seen).toEqual(['lapsed'])
  })
})

describe('messages', () => {
  it('are taken in their order, each once, before and after they arrive, and then there are none', async () => {
    const messages = new Messages()
    const early = messages.next()
    for (let number = 0; number < 1000; number++) messages.add(Uint8Array.of(number % 256))
    const taken = [await early]
    for (let number = 1; number < 600; number++) taken.push(await messages.next())
    messages.add(Uint8Array.of(7))
    for (let number = 600; number < 1001; number++) taken.push(await messages.next())
    messages.end()
    expect(taken.map((each) => each?.[0])).toEqual([...Array.from({ length: 1000 }, (_, at) => at % 256), 7])
    expect(await messages.next()).toBeNull()
  })

  it('are taken in time that grows with their number', async () => {
    const messages = new Messages()
    for (let number = 0; number < 500_000; number++) messages.add(new Uint8Array())
    for (let number = 0; number < 500_000; number++) void messages.next()
    messages.end()
    expect(await messages.next()).toBeNull()
  })
})
