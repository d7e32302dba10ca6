import { describe, expect, it } from 'vitest'
import { defineEnvironment, type Environment } from '../../../../core/episode/environment.ts'
import { dice } from '../../../support/core-worlds.ts'
import { quiet, served } from '../../../support/server/client.ts'
import { NativeClient, pause, until } from '../../../support/server/native-client.ts'
import { late } from '../../../support/server/native-worlds.ts'
import { echo, gated } from '../../../support/server/worlds.ts'

async function startedSession(
  path = 'echo',
  settings: Parameters<typeof served>[1] = {},
  environments: readonly Environment[] = [echo, dice],
) {
  const server = await served(environments, settings)
  const url = `${server.url}/${path}/ws`
  const client = new NativeClient(url)
  const { session } = await client.welcome()
  const { episode } = await client.ask({ type: 'reset', seed: 4 })
  return { server, url, client, session, episode }
}

describe('resuming a session', () => {
  it('continues in mid-episode over another socket, and sends again what was missed', async () => {
    const { environment, release } = gated()
    const { client, url, session, episode } = await startedSession('gated', {}, [environment])
    client.send({ type: 'step', episode, action: 'slow' }, 'asked')
    await pause(20)
    const { lastSeq } = client
    await client.vanish()
    const second = new NativeClient(url)
    await second.opened()
    await until(() => {
      release('slow')
      return true
    })
    const resumed = await second.ask({ type: 'resume', session, lastSeq })
    expect(resumed).toMatchObject({ restored: false, episodes: [{ episode }] })
    expect(await second.replyTo('asked')).toMatchObject({ type: 'step', observation: 'slow', index: 0 })
    const sending = second.ask({ type: 'step', episode, action: 'next', index: 1 })
    await until(() => {
      release('next')
      return second.frames.some((frame) => frame.type === 'step' && frame.index === 1)
    })
    expect(await sending).toMatchObject({ observation: 'next' })
  })

  it('keeps what arrived while no client listened, and its order', async () => {
    const { client, url, session, episode } = await startedSession('echo', { hooks: [late] })
    for (let n = 0; n < 5; n++) client.send({ type: 'step', episode, action: `${n}` }, `s${n}`)
    await until(() => client.frames.length >= 3)
    const had = client.frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))
    await client.vanish()
    await pause(60)
    const second = new NativeClient(url)
    const resumed = await second.ask({ type: 'resume', session, lastSeq: had[1] ?? 0 })
    const seqs = second.frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + (had[1] ?? 0) + 1))
    expect(resumed.missed).toBe(seqs.length - 1)
    expect(second.events('rewards').flatMap(({ rewards }) => rewards)).toHaveLength(5)
  })

  it('answers a repeated request with the reply it had, and takes no second step', async () => {
    const { client, url, session, episode } = await startedSession()
    const id = client.send({ type: 'step', episode, action: 'once' })
    const reply = await client.replyTo(id)
    client.send({ type: 'step', episode, action: 'once' }, id)
    await until(() => client.texts.length === 4)
    expect(client.texts[3]).toBe(client.texts[2])
    client.send({ type: 'step', episode, action: 'twice' }, id)
    await until(() => client.texts.length === 5)
    expect(client.frames[4]).toMatchObject({ type: 'error', code: 'REQUEST_CONFLICT' })
    await client.vanish()
    const second = new NativeClient(url)
    await second.ask({ type: 'resume', session, lastSeq: 1 })
    second.send({ type: 'step', episode, action: 'once' }, id)
    await until(
      () => second.texts.length === 5,
      () => second.texts,
    )
    expect(second.frames[4]).toEqual(reply)
    expect(await second.ask({ type: 'observe', episode })).toMatchObject({ index: 1 })
  })

  it('frees an id when its reply is acknowledged', async () => {
    const { client, episode } = await startedSession()
    client.send({ type: 'step', episode, action: 'a' }, 'same')
    await until(() => client.texts.length === 3)
    client.raw(JSON.stringify({ type: 'ack', seq: client.lastSeq }))
    client.send({ type: 'step', episode, action: 'b' }, 'same')
    await until(() => client.texts.length === 4)
    expect(client.frames[3]).toMatchObject({ type: 'step', observation: 'b', index: 1 })
  })

  it('serves a request whose id waits for its reply only once', async () => {
    const { environment, release } = gated()
    const { client, episode } = await startedSession('gated', {}, [environment])
    for (let n = 0; n < 3; n++) client.send({ type: 'step', episode, action: 'go' }, 'same')
    await until(() => {
      release('go')
      return client.frames.some(({ type }) => type === 'step')
    })
    await pause(20)
    expect(client.frames.filter(({ type }) => type === 'step')).toHaveLength(1)
    expect(await client.ask({ type: 'observe', episode })).toMatchObject({ index: 1 })
  })

  it('leaves every reply where it is, however often its client comes back and is cut', async () => {
    const { client, url, session, episode } = await startedSession('echo', {
      limits: { storedReplies: 3, maxInFlight: 3 },
    })
    const first = await client.ask({ type: 'step', episode, action: 'a' })
    await client.vanish()
    for (let cut = 0; cut < 8; cut++) {
      const again = new NativeClient(url)
      await again.ask({ type: 'resume', session, lastSeq: 1 })
      await again.vanish()
    }
    const last = new NativeClient(url)
    expect(await last.ask({ type: 'resume', session, lastSeq: 1 })).toMatchObject({ missed: 1 })
    expect(last.frames.find(({ type }) => type === 'step')).toEqual(first)
  })

  it('fences the socket that had it', async () => {
    const { client, url, session, episode } = await startedSession()
    const second = new NativeClient(url)
    await second.ask({ type: 'resume', session, lastSeq: 1 })
    await until(() => client.closed !== null)
    expect(client.closed).toMatchObject({ status: 4001, reason: expect.stringContaining('SESSION_FENCED') })
    expect(await second.ask({ type: 'step', episode, action: 'mine' })).toMatchObject({ observation: 'mine' })
    const third = new NativeClient(url)
    await third.ask({ type: 'resume', session, lastSeq: second.lastSeq })
    await until(() => second.closed !== null)
    expect(await third.ask({ type: 'step', episode, action: 'mine now' })).toMatchObject({ index: 1 })
  })

  it('is possible as long as resumeMs, and then its episodes are aborted', async () => {
    const { client, server, url, session } = await startedSession('echo', { limits: { resumeMs: 60 } })
    await client.vanish()
    expect(server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
    await quiet(server)
    const second = new NativeClient(url)
    await expect(second.ask({ type: 'resume', session, lastSeq: 0 })).rejects.toThrow('SESSION_UNKNOWN')
    await until(() => second.closed !== null)
  })

  it('needs the token, its role and its environment', async () => {
    const { server, url, session } = await startedSession()
    const [id = '', code = ''] = session.split('.')
    const forged = [
      `${id}.${'A'.repeat(code.length)}`,
      id,
      '',
      `${id}.${code}x`,
      `${id.replace(/^./, (first) => (first === 'f' ? '0' : 'f'))}.${code}`,
    ]
    for (const token of forged) {
      const client = new NativeClient(url)
      await expect(client.ask({ type: 'resume', session: token, lastSeq: 0 })).rejects.toThrow('SESSION_UNKNOWN')
    }
    const elsewhere = new NativeClient(`${server.url}/dice/ws`)
    await expect(elsewhere.ask({ type: 'resume', session, lastSeq: 0 })).rejects.toThrow('SESSION_UNKNOWN')
  })

  it('is not possible once its client has ended it', async () => {
    const { client, url, session } = await startedSession()
    await client.ask({ type: 'close' })
    const second = new NativeClient(url)
    await expect(second.ask({ type: 'resume', session, lastSeq: 0 })).rejects.toThrow('SESSION_UNKNOWN')
  })

  it('does not count as another session', async () => {
    const { client, url, session, episode } = await startedSession('echo', { limits: { sessions: 1 } })
    await client.vanish()
    const second = new NativeClient(url)
    await second.ask({ type: 'resume', session, lastSeq: 1 })
    expect(await second.ask({ type: 'step', episode, action: 'on' })).toMatchObject({ observation: 'on' })
  })
})

describe('a slow reader that takes nothing any more', () => {
  const page = 'page '.repeat(40_000)
  const pages = defineEnvironment({
    id: 'pages@1',
    maxSteps: 10_000,
    action: (raw) => String(raw),
    reset: () => ({ at: 0 }),
    step: ({ at }) => ({ state: { at: at + 1 }, reward: 0, terminated: false }),
    observe: { text: () => page },
    examples: ['x'],
  })
  // Longer than a busy machine pauses: the client that resumes reads 20 MB and is not slow.
  const limits = { bufferedBytes: 50_000, heartbeatMs: 500, stallMs: 1500, maxInFlight: 200, storedReplies: 200 }

  it('is closed after a while, although its socket cannot report that it is gone', async () => {
    const { server, client, url, session, episode } = await startedSession('pages', { limits }, [pages])
    client.socket.pause()
    for (let n = 0; n < 100; n++) client.send({ type: 'step', episode, action: 'x' }, `s${n}`)
    await until(() => server.connections === 0)
    expect(server.host.counts).toMatchObject({ sessions: 1, episodes: 1 })
    const second = new NativeClient(url)
    await second.ask({ type: 'resume', session, lastSeq: 1 })
    // What the server had not read when it closed the socket is asked again; the rest is recognised.
    for (let n = 0; n < 100; n++) second.send({ type: 'step', episode, action: 'x' }, `s${n}`)
    await until(() => new Set(second.frames.flatMap((frame) => (frame.type === 'step' ? [frame.id] : []))).size === 100)
  })

  it('is not closed while it receives something now and then', async () => {
    // Far longer than one pause, however busy the machine is, and shorter than all of them.
    const patient = { ...limits, heartbeatMs: 5000, stallMs: 1000 }
    const { server, client, episode } = await startedSession('pages', { limits: patient }, [pages])
    for (let n = 0; n < 100; n++) client.send({ type: 'step', episode, action: 'x' }, `s${n}`)
    for (let n = 0; n < 25; n++) {
      client.socket.pause()
      await pause(50)
      client.socket.resume()
      await pause(2)
    }
    expect(server.connections).toBe(1)
    await until(() => client.frames.filter(({ type }) => type === 'step').length === 100)
  })
})

describe('a slow reader', () => {
  const big = defineEnvironment({
    id: 'big@1',
    maxSteps: 10_000,
    action: (raw) => String(raw),
    reset: () => ({ said: '' }),
    step: (_, said) => ({ state: { said }, reward: 0, terminated: false }),
    observe: { text: ({ said }) => said.repeat(20_000) },
    examples: ['x'],
  })

  it('loses no reply, however long it does not read', async () => {
    const limits = { bufferedBytes: 50_000, maxInFlight: 4, storedReplies: 4, queuedEvents: 2 }
    const { client, episode } = await startedSession('big', { limits, hooks: [late] }, [big])
    client.socket.pause()
    for (let n = 0; n < 300; n++) client.send({ type: 'step', episode, action: 'x' }, `s${n}`)
    await pause(300)
    client.socket.resume()
    await until(() => client.frames.filter(({ type }) => type === 'step').length === 300)
    const seqs = client.frames.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    await until(() => {
      const rewards = client.events('rewards').flatMap((event) => event.rewards).length
      return rewards === 300 || client.events('dropped').length > 0
    })
  })
})
