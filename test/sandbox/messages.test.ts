import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { TimeLimit } from '../../sandbox/messages.ts'
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
