import { createConnection, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { PROTOCOL } from '../../core/protocol/index.ts'
import type { GymServer } from '../../server/listen.ts'
import { SharedBytes } from '../../server/protocols/native/snapshots.ts'
import { connected, served, until } from '../support/server/client.ts'
import { ForgetfulClient } from '../support/server/forgetful-client.ts'
import { heldBytes } from '../support/server/heap.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { echo } from '../support/server/worlds.ts'

/** Pages of 2 KB, as those of a shop. */
const pages = defineEnvironment({
  id: 'pages@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  reset: () => ({ said: 'begin' }),
  step: (_, said) => ({ state: { said }, reward: 0, terminated: said === 'stop' }),
  observe: { text: ({ said }) => said.repeat(40) },
  examples: ['x'],
})

/** States of 100 kB, each its own. */
const bulky = defineEnvironment({
  id: 'bulky@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  reset: () => ({ at: 0, bulk: 'x'.repeat(100_000) }),
  step: ({ at, bulk }) => ({ state: { at: at + 1, bulk }, reward: 0, terminated: false }),
  observe: { text: ({ at }) => `${at}` },
  examples: ['x'],
})

async function snapshots(client: NativeClient, count: number): Promise<readonly string[]> {
  const { episode } = await client.ask({ type: 'reset' })
  const taken: string[] = []
  for (let n = 0; n < count; n++) {
    taken.push((await client.ask({ type: 'snapshot', episode })).snapshot ?? '')
    await client.ask({ type: 'step', episode, action: 'x' })
  }
  return taken
}

const isKept = async (client: NativeClient, snapshot: string): Promise<boolean> => {
  const id = client.send({ type: 'restore', snapshot })
  return (await client.replyTo(id)).type === 'restore'
}

describe('snapshots', () => {
  it('of one session have a budget of bytes: the least recently used is discarded', async () => {
    const server = await served([bulky], { limits: { snapshotBytes: 450_000 } })
    const client = new NativeClient(`${server.url}/ws`)
    const taken = await snapshots(client, 6)
    const kept = await Promise.all(taken.map((snapshot) => isKept(client, snapshot)))
    expect(kept).toEqual([false, false, true, true, true, true])
  })

  it('of all sessions have a budget: the session that uses most loses its own', async () => {
    const server = await served([bulky], { limits: { snapshotBytesInAll: 550_000 } })
    const [small, large] = [new NativeClient(`${server.url}/ws`), new NativeClient(`${server.url}/ws`)]
    const [own, ...others] = [await snapshots(small, 1), await snapshots(large, 8)].flat()
    expect(await isKept(small, own ?? '')).toBe(true)
    const kept = await Promise.all(others.map((snapshot) => isKept(large, snapshot)))
    expect(kept).toEqual([false, false, false, false, true, true, true, true])
    await large.ask({ type: 'close' })
    // What it had is free again.
    const again = await snapshots(small, 4)
    expect(await isKept(small, again[0] ?? '')).toBe(true)
    expect(await isKept(small, own ?? '')).toBe(true)
  })

  it('count once what they share, and nothing when all are gone', () => {
    const shared = new SharedBytes()
    const [state, other] = [{ a: 'x'.repeat(100) }, { b: 1 }]
    shared.hold([state, other])
    const bytes = shared.bytes
    shared.hold([state, state])
    expect(shared.bytes).toBe(bytes)
    shared.release([state, other])
    expect(shared.bytes).toBe(JSON.stringify(state).length)
    shared.release([state, state])
    expect(shared.bytes).toBe(0)
  })
})

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

/** A connection of bytes, and whether the server has cut it. */
async function speaking(server: GymServer, bytes: string | Buffer) {
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
  sockets.push(socket)
  const state = { isCut: false, heard: '' }
  socket.on('close', () => {
    state.isCut = true
  })
  socket.on('error', () => {})
  socket.on('data', (data) => {
    state.heard += data
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(bytes)
  return { socket, state }
}

const HANDSHAKE = `GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${PROTOCOL}\r\n\r\n`

/** A text frame of 200,000 bytes, masked with zeros, of which `sent` are there. */
function begunFrame(sent: number): Buffer {
  const head = Buffer.alloc(14)
  head.set([0x81, 0x80 | 127])
  head.writeBigUInt64BE(200_000n, 2)
  return Buffer.concat([head, Buffer.alloc(sent, 'x')])
}

const limits = { unfinishedBytesInAll: 500_000 }

describe('frames and bodies that never end', () => {
  it('have a budget over all sockets: those with most are cut off, and others do not notice', async () => {
    const server = await served([echo], { limits })
    const good = await connected(server)
    await good.reset()
    const all: Awaited<ReturnType<typeof speaking>>[] = []
    for (let n = 0; n < 10; n++) {
      const each = await speaking(server, HANDSHAKE)
      await until(() => each.state.heard.includes('101'))
      each.socket.write(begunFrame(100_000 + n))
      all.push(each)
    }
    await until(() => all.filter(({ state }) => state.isCut).length >= 6)
    expect((await good.step('on')).data).toMatchObject({ step: 0 })
    expect(all.filter(({ state }) => state.isCut).length).toBeLessThan(8)
  })

  it('have the same budget over HTTP', async () => {
    const server = await served([echo], { limits })
    const head = 'POST /reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n'
    const all: Awaited<ReturnType<typeof speaking>>[] = []
    for (let n = 0; n < 10; n++) all.push(await speaking(server, head + ' '.repeat(100_000)))
    await until(() => all.filter(({ state }) => state.isCut).length >= 5)
    expect((await fetch(`${server.url}/reset`, { method: 'POST', body: '{}' })).status).toBe(200)
  })

  it('are distinguished from those that end: many complete ones in a row close no connection', async () => {
    const server = await served([echo], { limits })
    const clients = await Promise.all(Array.from({ length: 8 }, () => connected(server)))
    await Promise.all(clients.map((client) => client.reset()))
    for (let turn = 0; turn < 10; turn++) await Promise.all(clients.map((client) => client.step('x'.repeat(60_000))))
    await Promise.all(
      clients.map(() => fetch(`${server.url}/reset`, { method: 'POST', body: `{"seed": 1${' '.repeat(60_000)}}` })),
    )
    expect(clients.map(({ closed }) => closed)).toEqual(clients.map(() => null))
  })
})

/** Both ends of the sockets are in this process, and not counted. */
const BESIDE_SOCKET = 100_000

describe('a client that never acknowledges', () => {
  it.skipIf(process.env.COVERAGE)(
    'has less than 100 KB on the server beside its socket after twenty episodes of pages that are not shared',
    async () => {
      const server = await served([pages])
      const sessions = 25
      const open = async (): Promise<ForgetfulClient> => {
        const client = new ForgetfulClient(`${server.url}/ws`, [PROTOCOL])
        await client.next()
        await client.ask({ type: 'tasks', id: 'first', limit: 1 })
        return client
      }
      const play = async (client: ForgetfulClient): Promise<void> => {
        for (let n = 0; n < 20; n++) {
          const { episode } = JSON.parse(await client.ask({ type: 'reset', id: `r${n}` })) as {
            readonly episode: string
          }
          for (let step = 0; step < 14; step++)
            await client.ask({ type: 'step', id: `${n} ${step}`, episode, action: `page ${n} ${step} `.repeat(4) })
          await client.ask({ type: 'step', id: `${n} end`, episode, action: 'stop' })
        }
      }
      // Twice, so that what is compiled and cached once for all is there.
      const warm = [await open(), await open()]
      for (const client of warm) await play(client)
      const clients = await Promise.all(Array.from({ length: sessions }, open))
      const before = await heldBytes()
      await Promise.all(clients.map(play))
      expect(((await heldBytes()) - before) / sessions).toBeLessThan(BESIDE_SOCKET)
      await Promise.all([...warm, ...clients].map((client) => client.leave(true)))
    },
  )
})
