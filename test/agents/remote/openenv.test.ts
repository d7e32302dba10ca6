import { describe, expect, it } from 'vitest'
import { connectOpenEnv } from '../../../agents/remote/openenv.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { deadUrl, fakeServer, refusing } from '../../support/remote/fake-server.ts'
import { served } from '../../support/server/client.ts'
import { echo, gated, mover } from '../../support/server/worlds.ts'

const observed = (text: string, done = false): string =>
  JSON.stringify({ type: 'observation', data: { observation: { text }, reward: 1, done } })
const code = (name: string) => expect.objectContaining({ code: name })

describe('the OpenEnv client with our server', () => {
  it('plays an episode and returns the fields beside the observation', async () => {
    const { url } = await served([echo])
    const client = await connectOpenEnv(`${url}/echo`)
    const start = await client.reset({ task: 'two', seed: '18446744073709551615' })
    expect(start).toMatchObject({
      reward: null,
      done: false,
      extra: { seed: '18446744073709551615', task: { id: 'two' } },
    })
    const step = await client.step('hello')
    expect(step).toMatchObject({ observation: { text: 'hello' }, reward: 5, done: false, extra: { truncated: false } })
    expect(await client.state()).toMatchObject({ said: 'hello', step_count: 1 })
    expect(await client.step('stop')).toMatchObject({ done: true, extra: { ending: 'terminated' } })
    client.close()
  })

  it('sends actions that are objects, and evidence beside them', async () => {
    const { url } = await served([mover])
    const client = await connectOpenEnv(url)
    await client.reset()
    const evidence = {
      ...{ kind: 'categorical', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 },
      ...{ actions: ['a'], index: 0, logProb: 0 },
    }
    expect(await client.step({ by: 2 }, { evidence })).toMatchObject({ observation: { text: '{"by":2}' } })
    await expect(client.step({ by: 2 }, { evidence: { kind: 'odd' } })).rejects.toThrow(code('EVIDENCE_INVALID'))
    expect(await client.step({ by: 3 })).toMatchObject({ observation: { text: '{"by":3}' } })
    client.close()
  })

  it('throws our errors under our codes, and continues', async () => {
    const { url } = await served([echo])
    const client = await connectOpenEnv(url)
    await expect(client.step('too early')).rejects.toThrow(code('EPISODE_NEEDED'))
    await expect(client.reset({ task: 'none' })).rejects.toThrow(code('TASK_UNKNOWN'))
    await client.reset()
    await expect(client.step('throw')).rejects.toThrow(code('ENV_FAILED'))
    client.close()
    await expect(client.reset()).rejects.toThrow(code('CONNECTION_LOST'))
  })

  it('connects with a token, and says what is wrong with another', async () => {
    const { url } = await served([echo], { tokens: [{ role: 'agent', token: 'a-good-token' }] })
    await expect(connectOpenEnv(url)).rejects.toThrow(code('UNAUTHORIZED'))
    await expect(connectOpenEnv(url, { token: 'a-bad-token' })).rejects.toThrow(code('UNAUTHORIZED'))
    const client = await connectOpenEnv(url, { token: 'a-good-token' })
    expect((await client.reset()).done).toBe(false)
    client.close()
  })

  it('keeps one request in flight, and answers in the order of its calls', async () => {
    const { environment, release } = gated()
    const { url } = await served([environment])
    const client = await connectOpenEnv(url)
    const both = Promise.all([client.reset(), client.step('first'), client.step('second')])
    const releasing = setInterval(() => ['first', 'second'].map(release), 5)
    const [, first, second] = await both
    clearInterval(releasing)
    expect([first.observation.text, second.observation.text]).toEqual(['first', 'second'])
    expect(first.extra.superseded).toBeUndefined()
    client.close()
  })
})

describe('the OpenEnv client with a server that', () => {
  it('is another: sends it nothing but type and data', async () => {
    const server = await fakeServer((text, socket) =>
      socket.send(text.includes('state') ? '{"type":"state","data":{}}' : observed('x')),
    )
    const client = await connectOpenEnv(server.url)
    await client.reset({ seed: 3 })
    await client.step({ by: 1 }, { note: 'x' })
    await client.state()
    client.close()
    await expect.poll(() => server.heard.length).toBe(4)
    expect(server.heard.map((text) => JSON.parse(text))).toEqual([
      { type: 'reset', data: { seed: 3 } },
      { type: 'step', data: { by: 1, metadata: { note: 'x' } } },
      { type: 'state' },
      { type: 'close' },
    ])
  })

  it('answers late: ends the session, so that no late reply counts as another', async () => {
    stopClock()
    const server = await fakeServer((text, socket) => {
      if (text.includes('slow')) setTimeout(() => socket.send(observed('slow')), 60)
      else socket.send(observed('quick'))
    })
    const client = await connectOpenEnv(server.url, { timeoutMs: 30 })
    await client.reset()
    const late = expect(client.step('slow')).rejects.toThrow(code('REPLY_LATE'))
    await expect.poll(() => server.heard.some((text) => text.includes('slow'))).toBe(true)
    await pass(60)
    await late
    await expect(client.step('quick')).rejects.toThrow(code('REPLY_LATE'))
    expect(server.heard.some((text) => text.includes('quick'))).toBe(false)
  })

  it('drops the connection: fails the request in flight and those in line', async () => {
    const server = await fakeServer((_, socket) => socket.terminate())
    const client = await connectOpenEnv(server.url)
    const asked = await Promise.allSettled([client.reset(), client.step('a'), client.state()])
    for (const each of asked) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION_LOST' } })
  })

  it('reports that it is full before the first request', async () => {
    const error = { type: 'error', data: { message: 'full', code: 'CAPACITY_REACHED' } }
    const server = await fakeServer(
      () => {},
      (socket) => {
        socket.send(JSON.stringify(error))
        socket.close(1000)
      },
    )
    const client = await connectOpenEnv(server.url)
    await expect(client.reset()).rejects.toThrow(code('CAPACITY_REACHED'))
  })

  it.each([
    ['no JSON', 'what?'],
    ['another type', '{"type":"mcp","data":{}}'],
  ])('answers with %s: that call fails', async (_, answer) => {
    const server = await fakeServer((_text, socket) => socket.send(answer))
    const client = await connectOpenEnv(server.url)
    await expect(client.reset()).rejects.toThrow(code('FRAME_INVALID'))
    client.close()
  })

  it.each([
    ['a binary frame', Buffer.from('{}')],
    ['a frame that nobody asked for', observed('x')],
  ])('sends %s: the session ends', async (_, frame) => {
    const server = await fakeServer((_text, socket) => {
      socket.send(observed('fine'))
      socket.send(frame)
    })
    const client = await connectOpenEnv(server.url)
    await client.reset()
    await expect.poll(() => client.state().catch((error) => error.code)).toBe('FRAME_INVALID')
  })

  it('refuses the socket: with its error, or its status', async () => {
    const ours = await refusing(404, JSON.stringify({ error: { code: 'ENV_UNKNOWN', message: 'no such' } }))
    await expect(connectOpenEnv(ours)).rejects.toThrow(code('ENV_UNKNOWN'))
    const foreign = await refusing(403, '<html>no</html>')
    await expect(connectOpenEnv(foreign)).rejects.toThrow(/the server answered 403/)
    await expect(connectOpenEnv(foreign)).rejects.toThrow(code('CONNECTION_LOST'))
    await expect(connectOpenEnv(await deadUrl())).rejects.toThrow(code('CONNECTION_LOST'))
  })
})
