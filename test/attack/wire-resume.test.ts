import { describe, expect, it } from 'vitest'
import { dice } from '../support/core-worlds.ts'
import { quiet, served, until } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { echo } from '../support/server/worlds.ts'

async function session(limits = {}) {
  const server = await served([echo, dice], { limits: { resumeMs: 30_000, ...limits } })
  const url = `${server.url}/echo/ws`
  const client = new NativeClient(url)
  const { session: token } = await client.welcome()
  const { episode } = await client.ask({ type: 'reset', seed: 4 })
  return { server, url, client, token, episode }
}

describe('a session that many sockets resume at the same time', () => {
  it('has one of them in the end, no step twice, and every other is closed as fenced', async () => {
    const { url, client, token, episode, server } = await session()
    await client.vanish()
    const all = Array.from({ length: 20 }, () => new NativeClient(url))
    await Promise.all(all.map((each) => each.opened()))
    for (const each of all) {
      each.send({ type: 'resume', session: token, lastSeq: 1 })
      each.send({ type: 'step', episode, action: 'mine', index: 0 }, 'the step')
    }
    await until(() => all.filter(({ closed }) => closed !== null).length === all.length - 1)
    const [last] = all.filter(({ closed }) => closed === null)
    expect(all.map(({ closed }) => closed?.status ?? 0).filter((status) => status !== 4001)).toEqual([0])
    expect(await last?.replyTo('the step')).toMatchObject({ type: 'step', index: 0, observation: 'mine' })
    expect(await last?.ask({ type: 'step', episode, action: 'next' })).toMatchObject({ index: 1 })
    expect(server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
  })

  it('ends once if others resume it while its client ends it', async () => {
    const { url, client, token, server } = await session()
    const all = Array.from({ length: 10 }, () => new NativeClient(url))
    await Promise.all(all.map((each) => each.opened()))
    client.send({ type: 'close' })
    for (const each of all) each.send({ type: 'resume', session: token, lastSeq: 0 })
    await until(() => [client, ...all].filter(({ closed }) => closed === null).length <= 1)
    for (const each of all) if (each.closed === null) await each.ask({ type: 'close' })
    await quiet(server)
    expect(server.connections).toBe(0)
  })
})

describe('numbers of frames that a client makes up', () => {
  it.each<unknown>([-1, 0.5, 1e308, 2 ** 53, 1_000_000, '1', null, [[]], '__proto__'])(
    'resume nothing and lose nothing where lastSeq is %j',
    async (lastSeq) => {
      const { url, client, token, episode } = await session()
      await client.vanish()
      const forger = new NativeClient(url)
      await forger.opened()
      forger.raw(JSON.stringify({ type: 'resume', id: 'forged', session: token, lastSeq }))
      await until(() => forger.closed !== null || forger.frames.length > 1)
      const owner = new NativeClient(url)
      await owner.ask({ type: 'resume', session: token, lastSeq: 1 })
      expect(await owner.ask({ type: 'step', episode, action: 'still mine' })).toMatchObject({ index: 0 })
    },
  )

  it.each([-1, 1.5, 1e308, 2 ** 53, '2', null, {}])('acknowledge nothing where ack is %j', async (ack) => {
    const { client, episode } = await session()
    client.raw(JSON.stringify({ type: 'ack', seq: ack }))
    client.raw(JSON.stringify({ type: 'step', id: 'odd', episode, action: 'a', ack }))
    await until(() => client.frames.length >= 4)
    await expect(client.ask({ type: 'observe', episode })).resolves.toMatchObject({ type: 'observe' })
  })
})

describe('forks without end', () => {
  it('are refused whole at the limits of episodes, and leave what there was', async () => {
    const { server, client, episode } = await session({ sessionEpisodes: 64 })
    for (const count of [65, 1e6, 2 ** 31, 2 ** 53 - 1])
      await expect(client.ask({ type: 'fork', episode, count })).rejects.toThrow(/CAPACITY_REACHED|FRAME_INVALID/)
    expect(server.host.counts.episodes).toBe(1)
    let open = [episode]
    for (let depth = 0; depth < 6; depth++) {
      const forks = await Promise.all(open.map((each) => client.ask({ type: 'fork', episode: each })))
      open = [...open, ...forks.flatMap(({ episodes }) => episodes.map((fork) => fork.episode))]
    }
    expect(open).toHaveLength(64)
    const storm = open.map((each) => client.ask({ type: 'fork', episode: each, count: 60 }))
    const refused = (await Promise.allSettled(storm)).filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(64)
    expect(server.host.counts.episodes).toBe(64)
    expect(await client.ask({ type: 'step', episode, action: 'as before' })).toMatchObject({ index: 0 })
    await client.ask({ type: 'close' })
    await quiet(server)
  })

  it('of a snapshot that belongs to another environment, session or nothing start nothing', async () => {
    const { server, client, episode } = await session()
    const { snapshot } = await client.ask({ type: 'snapshot', episode })
    const elsewhere = new NativeClient(`${server.url}/dice/ws`)
    await elsewhere.welcome()
    for (const other of [snapshot ?? '', '', '__proto__', 'x'.repeat(100_000), episode]) {
      await expect(elsewhere.ask({ type: 'restore', snapshot: other })).rejects.toThrow(/SNAPSHOT_|FRAME_INVALID/)
      await expect(elsewhere.ask({ type: 'fork', snapshot: other })).rejects.toThrow(/SNAPSHOT_|FRAME_INVALID/)
      await expect(elsewhere.ask({ type: 'restore', sealed: other })).rejects.toThrow(/SNAPSHOT_|FRAME_INVALID/)
    }
    expect(server.host.counts.episodes).toBe(1)
  })
})
