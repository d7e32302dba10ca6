import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { connect, type RemoteGym } from '../../../agents/remote/gym.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { fakeServer } from '../../support/remote/fake-server.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const QUICK = { retry: { attempts: 3, baseMs: 1, maxMs: 5 } }

const WELCOME = {
  ...{ type: 'welcome', protocol: 'stepgym.v1', session: 'token', role: 'trainer' },
  environment: { name: 'e', id: 'e@1', summary: null, maxSteps: 3, fork: 'value', views: ['text'], splits: ['train'] },
  ...{ environments: ['e'], limits: {} },
}
const VIEW = {
  ...{ episode: 'x', task: { id: 't', split: 'train', public: null }, seed: 1, member: 0, forkPath: '' },
  ...{ maxSteps: 3, index: 0, observation: 'begin', actions: null, ending: null, endingReason: null, group: null },
}
const STEP = {
  ...{ type: 'step', episode: 'x', index: 0, observation: 'a', reward: 1, terminated: false, truncated: false },
  ...{ isActionValid: true, info: {}, actions: null, ending: null, endingReason: null },
}

interface Asked {
  readonly type: string
  readonly id: number
  readonly ack?: number
  readonly session?: string
  readonly lastSeq?: number
}
type Answer = (asked: Asked, send: (frame: object | string) => void, socket: WebSocket, connection: number) => void

/** A server that greets as it should, and then answers as the test says. */
async function hostile(answer: Answer, settings = {}) {
  const send = (socket: WebSocket) => (frame: object | string) =>
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  const server = await fakeServer(
    (text, socket, connection) => answer(JSON.parse(text), send(socket), socket, connection),
    (socket) => send(socket)(WELCOME),
  )
  const gym: RemoteGym = await connect(server.url, { ...QUICK, ...settings })
  return { server, gym }
}

const reset = (id: number, seq: number) => ({ type: 'reset', id, seq, ...VIEW })

describe('the native client, of a server that', () => {
  it('leaves one request unanswered and answers another twice: hands each request its own first reply', async () => {
    const { gym } = await hostile(({ id }, send) => {
      send({ ...reset(id + 1000, 1), observation: 'of nobody' })
      send(reset(id, 2))
      send({ ...reset(id, 3), observation: 'again' })
    })
    expect((await gym.reset()).observation).toBe('begin')
  })

  it('numbers frames as before: passes over them', async () => {
    const { gym } = await hostile(({ id }, send) => {
      send(reset(id, id * 2))
      send({ type: 'ended', seq: 1, episode: 'x', index: 0, ending: 'aborted', endingReason: null })
    })
    const episode = await gym.reset()
    await gym.reset()
    expect(episode.ending).toBeNull()
  })

  it.each([
    ['another type', (id: number) => ({ ...STEP, id, seq: 1 })],
    ['a reply that lacks its fields', (id: number) => ({ type: 'group', id, seq: 1 })],
  ])('answers with %s: that request fails, and the next does not', async (_, first) => {
    const { gym } = await hostile(({ id, type }, send) => send(type === 'group' || id === 1 ? first(id) : reset(id, 2)))
    const asked = _ === 'another type' ? gym.reset() : gym.group({ size: 1 })
    await expect(asked).rejects.toThrow(code('FRAME_INVALID'))
    expect((await gym.reset()).id).toBe('x')
  })

  it.each([
    ['step', { ...STEP, index: 7 }],
    ['episode', { ...STEP, episode: 'y' }],
  ])('answers a step with that of another %s: the step fails', async (_, step) => {
    const { gym } = await hostile(({ id, type }, send) =>
      send(type === 'reset' ? reset(id, 1) : { ...step, id, seq: 2 }),
    )
    const episode = await gym.reset()
    await expect(episode.step('a')).rejects.toThrow(code('FRAME_INVALID'))
    expect(episode.index).toBe(0)
  })

  it.each([
    ['no JSON', 'what?'],
    ['a list', '[]'],
    ['a frame without a number', JSON.stringify({ type: 'reset', id: 1, ...VIEW })],
    ['a frame with half a number', JSON.stringify({ ...reset(1, 1), seq: 0.5 })],
    ['a second welcome', JSON.stringify(WELCOME)],
    ['rewards that are none', JSON.stringify({ type: 'rewards', seq: 1, rewards: 7 })],
  ])('sends %s: the session is over, and not sought again', async (_, text) => {
    const { gym, server } = await hostile((_asked, send) => send(text))
    await expect(gym.reset()).rejects.toThrow(code('FRAME_INVALID'))
    await expect(gym.reset()).rejects.toThrow(code('FRAME_INVALID'))
    expect(server.sockets).toHaveLength(1)
  })

  it('speaks of what this client does not know: passes over it', async () => {
    const { gym } = await hostile(({ id }, send) => {
      send({ type: 'of.tomorrow', seq: 1, what: 'new' })
      send(reset(id, 2))
    })
    expect((await gym.reset()).id).toBe('x')
  })

  it('never answers: the request is late, and the session continues', async () => {
    const { gym } = await hostile(({ id, type }, send) => type === 'tasks' || send(reset(id, 1)), { timeoutMs: 30 })
    stopClock()
    const late = expect(gym.tasks()).rejects.toThrow(code('REPLY_LATE'))
    await pass(30)
    await late
    expect((await gym.reset()).id).toBe('x')
  })

  it('answers an unreadable request: its error belongs to the only open request', async () => {
    const { gym } = await hostile((_asked, send) =>
      send({ type: 'error', id: null, seq: 1, code: 'FRAME_INVALID', message: 'too deep' }),
    )
    await expect(gym.reset()).rejects.toThrow('too deep')
  })

  it('loses the connection during a request: resumes after the last frame, and repeats the request unchanged', async () => {
    const { gym, server } = await hostile(({ id, type }, send, socket, connection) => {
      if (type === 'resume') send({ type, id, seq: 2, missed: 0, restored: false, episodes: [] })
      else if (type === 'reset') send(reset(id, 1))
      else if (connection === 0) socket.terminate()
      else send({ ...STEP, id, seq: 3 })
    })
    const episode = await gym.reset()
    expect((await episode.step('a')).observation).toBe('a')
    const asked = server.heard.map((text): Asked => JSON.parse(text))
    expect(asked.map(({ type }) => type)).toEqual(['reset', 'step', 'resume', 'step'])
    expect(asked[2]).toMatchObject({ session: 'token', lastSeq: 1 })
    expect(server.heard[3]).toBe(server.heard[1])
  })

  it('sends missed frames before the reply to resume, and the client handles each once', async () => {
    const { gym, server } = await hostile(({ id, type }, send, socket, connection) => {
      if (type === 'resume') {
        send({ ...STEP, id: 2, seq: 2 })
        send({ type, id, seq: 3, missed: 1, restored: false, episodes: [] })
      } else if (type === 'reset') send(reset(id, 1))
      else if (connection === 0) socket.terminate()
      else send({ ...STEP, observation: 'twice', id, seq: 4 })
    })
    const episode = await gym.reset()
    expect((await episode.step('a')).observation).toBe('a')
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(server.heard.filter((text) => text.includes('"step"'))).toHaveLength(1)
  })

  it.each([
    ['fenced the session off', 4001, 'SESSION_FENCED: another socket has taken over', 'SESSION_FENCED'],
    ['found it idle', 1001, 'SESSION_IDLE: nothing was sent for too long', 'SESSION_IDLE'],
    ['wants a token', 1008, 'UNAUTHORIZED', 'UNAUTHORIZED'],
    ['was content', 1000, '', 'CONNECTION_LOST'],
    ['heard too long a frame', 1009, '', 'CONNECTION_LOST'],
  ])('%s: does not come back', async (_, status, reason, name) => {
    const { gym, server } = await hostile((_asked, _send, socket) => socket.close(status, reason))
    await expect(gym.reset()).rejects.toThrow(code(name))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(server.sockets).toHaveLength(1)
  })

  it.each([
    ['stops', 1001, 'SERVER_STOPPING: the server stops'],
    ['goes away', 1001, ''],
    ['is restarted', 1012, ''],
    ['breaks', 1011, ''],
  ])('%s: comes back', async (_, status, reason) => {
    const { gym } = await hostile(({ id, type }, send, socket, connection) => {
      if (connection === 0) socket.close(status, reason)
      else if (type === 'resume') send({ type, id, seq: 1, missed: 0, restored: true, episodes: [] })
      else send(reset(id, 2))
    })
    expect((await gym.reset()).id).toBe('x')
  })

  it('reports that the session is unknown', async () => {
    const { gym } = await hostile(({ id, type }, send, socket) => {
      if (type === 'resume') send({ type: 'error', id, seq: 0, code: 'SESSION_UNKNOWN', message: 'gone' })
      else if (type === 'reset') send(reset(id, 1))
      else socket.terminate()
    })
    const episode = await gym.reset()
    await expect(episode.step('a')).rejects.toThrow(code('SESSION_UNKNOWN'))
  })

  it('drops every connection as soon as it is resumed: gives up after a while', async () => {
    const { gym, server } = await hostile(({ id, type }, send, socket) => {
      if (type === 'resume') send({ type, id, seq: 2, missed: 0, restored: false, episodes: [] })
      else if (type === 'reset') send(reset(id, 1))
      else socket.terminate()
    })
    const episode = await gym.reset()
    await expect(episode.step('a')).rejects.toThrow(/tried 3 times/)
    expect(server.sockets).toHaveLength(4)
  })

  it.each([
    ['an error', { type: 'error', id: null, seq: 0, code: 'CAPACITY_REACHED', message: 'full' }, 'CAPACITY_REACHED'],
    ['another protocol', { ...WELCOME, protocol: 'stepgym.v9' }, 'FRAME_INVALID'],
    ['a reply', reset(1, 1), 'FRAME_INVALID'],
    ['nothing', null, 'CONNECTION_LOST'],
  ] as const)('greets with %s: does not connect', async (_, frame, name) => {
    const greet = (socket: WebSocket): unknown => frame && socket.send(JSON.stringify(frame))
    const { url } = await fakeServer(() => {}, greet)
    await expect(connect(url, { connectMs: frame === null ? 30 : 60_000 })).rejects.toThrow(code(name))
  })

  it('floods with events: acknowledges them, keeps the newest, and counts those that were lost', async () => {
    const count = 5000
    const { gym, server } = await hostile(({ id, type }, send) => {
      if (type !== 'reset') return
      for (let seq = 1; seq <= count; seq++) send({ type: 'rewards', seq, rewards: [] })
      send(reset(id, count + 1))
    })
    const events = gym.events()
    await gym.reset()
    expect((await events.next()).value).toMatchObject({ type: 'dropped', count: count - 4096 })
    expect((await events.next()).value).toMatchObject({ type: 'rewards', seq: count - 4096 + 1 })
    await expect.poll(() => server.heard.filter((text) => text.includes('"ack"')).length).toBeGreaterThan(70)
  })
})
