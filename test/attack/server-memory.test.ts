import { describe, expect, it } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { served } from '../support/server/client.ts'
import { heldBytes } from '../support/server/heap.ts'
import { NativeClient, until } from '../support/server/native-client.ts'
import { echo } from '../support/server/worlds.ts'

/** Shows a page of 100 kB at every step. */
const pages = defineEnvironment({
  id: 'pages@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  reset: () => ({ at: 0 }),
  step: ({ at }) => ({ state: { at: at + 1 }, reward: 0, terminated: false }),
  observe: { text: ({ at }) => `${at} `.repeat(50_000) },
  examples: ['x'],
})

const MEGABYTE = 2 ** 20

async function begun(url: string): Promise<{ readonly client: NativeClient; readonly episode: string }> {
  const client = new NativeClient(`${url}/ws`)
  const { episode } = await client.ask({ type: 'reset' })
  return { client, episode }
}

describe('requests of megabytes that are never acknowledged', () => {
  it('are not kept: 12 of 2 MB leave their digests behind, and each is still recognised', async () => {
    const server = await served([echo])
    const { client, episode } = await begun(server.url)
    const before = await heldBytes()
    const long = (n: number): string => `${n}`.padEnd(2 * MEGABYTE, '.')
    for (let n = 0; n < 12; n++) {
      client.send({ type: 'step', episode, index: n, action: long(n) }, `q${n}`)
      await client.replyTo(`q${n}`)
    }
    expect((await heldBytes()) - before).toBeLessThan(8 * MEGABYTE)
    const replies = client.texts.length
    client.send({ type: 'step', episode, index: 11, action: long(11) }, 'q11')
    await until(() => client.texts.length > replies)
    expect(client.texts.at(-1)).toBe(client.texts.at(-2))
    client.send({ type: 'step', episode, index: 12, action: long(12) }, 'q11')
    await until(() => client.texts.length > replies + 1)
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', code: 'REQUEST_CONFLICT' })
  })

  it('wait unread beyond inFlightBytes while other requests are in progress', async () => {
    const server = await served([echo], { limits: { inFlightBytes: 1000 } })
    const { client, episode } = await begun(server.url)
    for (let n = 0; n < 20; n++) client.send({ type: 'step', episode, action: 'x'.repeat(600) }, `s${n}`)
    await client.replyTo('s19')
    const steps = client.frames.flatMap((frame) => (frame.type === 'step' ? [frame.index] : []))
    expect(steps).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })
})

describe('sessions that do not take what they are sent', () => {
  const limits = { storedBytes: MEGABYTE, storedBytesInAll: 4 * MEGABYTE, bufferedBytes: 50_000 }

  it('are discarded at storedBytesInAll, the largest session first, and others are not affected', async () => {
    const server = await served([pages], { limits })
    const { client: good, episode } = await begun(server.url)
    const greedy = await Promise.all(Array.from({ length: 8 }, () => begun(server.url)))
    for (const { client, episode: own } of greedy) {
      client.socket.pause()
      for (let n = 0; n < 200; n++) client.send({ type: 'step', episode: own, action: 'x' })
    }
    await until(() => server.host.counts.sessions < 9)
    good.send({ type: 'step', episode, action: 'x' }, 'good')
    expect((await good.replyTo('good')).type).toBe('step')
    expect(server.host.counts.sessions).toBeGreaterThan(0)
  })

  it('that read but never acknowledge continue, however much they are sent', async () => {
    const server = await served([pages], { limits })
    const { client, episode } = await begun(server.url)
    for (let n = 0; n < 100; n++) {
      client.send({ type: 'step', episode, action: 'x' }, `s${n}`)
      expect((await client.replyTo(`s${n}`)).type).toBe('step')
    }
    expect(server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
  })

  it('have a request that is repeated too late refused, and not taken twice', async () => {
    const server = await served([pages], { limits: { ...limits, storedBytes: 250_000 } })
    const { client, episode } = await begun(server.url)
    for (let n = 0; n < 6; n++) {
      client.send({ type: 'step', episode, action: 'x' }, `s${n}`)
      await client.replyTo(`s${n}`)
    }
    const replies = client.frames.length
    client.send({ type: 'step', episode, action: 'x' }, 's0')
    await until(() => client.frames.length > replies)
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', code: 'REQUEST_CONFLICT', id: 's0' })
    expect(await client.ask({ type: 'step', episode, action: 'x' })).toMatchObject({ index: 6 })
  })
})
