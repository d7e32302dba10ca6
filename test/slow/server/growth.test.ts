import { describe, expect, it } from 'vitest'
import { PROTOCOL } from '../../../core/protocol/index.ts'
import { ForgetfulClient } from '../../support/server/forgetful-client.ts'
import { post } from '../../support/server/http.ts'
import { type MeasuredServer, measuredServer } from '../../support/server/measured-server.ts'

/** Does something once that begins and ends: an episode, a session, a group. */
type Once = (n: number) => Promise<unknown>

interface Path {
  readonly name: string
  /** How often a round does it. */
  readonly times: number
  open(server: MeasuredServer): Promise<Once>
}

const said = (n: number): string => `${n} ${'x'.repeat(300)}`

/** Fields of replies that paths read; each reply has some of them. */
interface NativeReply {
  readonly type: string
  readonly seq: number
  readonly episode: string
  readonly episodes: readonly { readonly episode: string }[]
  readonly snapshot: string
  readonly vector: string
}

const native = async ({ url }: MeasuredServer): Promise<(request: object) => Promise<NativeReply>> => {
  const client = new ForgetfulClient(`${url}/ws`, [PROTOCOL])
  await client.next()
  let [id, ack] = [0, 0]
  return async (request) => {
    const own = `q${id++}`
    const text = await client.ask({ ...request, id: own, ack }, (each) => each.includes(`"id":"${own}"`))
    const reply: NativeReply = JSON.parse(text)
    ack = reply.seq
    if (reply.type === 'error') throw new Error(text)
    return reply
  }
}

const START = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a client', version: '1' } },
}
const call = (params: object): object => ({ jsonrpc: '2.0', id: 2, method: 'tools/call', params })

/** A request to the address of MCP. */
async function mcp({ url }: MeasuredServer, body: object | string, more: object = {}, method = 'POST') {
  const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...more }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${url}/retail/mcp`, { method, headers, body: text })
  const sent = await response.text()
  if (!response.ok || sent.includes('"error":{')) throw new Error(sent)
  return { sent, session: response.headers.get('mcp-session-id') ?? '' }
}

const PATHS: readonly Path[] = [
  {
    name: 'episodes of one plain socket',
    times: 500,
    async open({ url }) {
      const client = new ForgetfulClient(`${url}/ws`)
      await client.opened()
      return async (n) => {
        await client.ask({ type: 'reset', data: { episode_id: `plain-${n}` } })
        await client.ask({ type: 'step', data: { action: said(n) } })
        await client.ask({ type: 'step', data: { action: 'stop' } })
      }
    },
  },
  {
    name: 'plain sockets',
    times: 200,
    open:
      async ({ url }) =>
      async (n) => {
        const client = new ForgetfulClient(`${url}/ws`)
        await client.opened()
        await client.ask({ type: 'reset', data: {} })
        await client.ask({ type: 'step', data: { action: said(n) } })
        await client.leave(n % 2 === 0)
      },
  },
  {
    name: 'groups of plain sockets',
    times: 200,
    async open({ url }) {
      const clients = [new ForgetfulClient(`${url}/ws`), new ForgetfulClient(`${url}/ws`)]
      await Promise.all(clients.map((client) => client.opened()))
      return async (n) => {
        for (const client of clients)
          await client.ask({ type: 'reset', data: { group_id: `plain-group-${n}`, group_size: 2 } })
        for (const client of clients) await client.ask({ type: 'step', data: { action: 'stop' } })
      }
    },
  },
  {
    name: 'episodes of one native session',
    times: 500,
    async open(server) {
      const ask = await native(server)
      return async (n) => {
        const { episode } = await ask({ type: 'reset' })
        await ask({ type: 'step', episode, action: said(n) })
        await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'snapshots, forks and restored episodes of one native session',
    times: 200,
    async open(server) {
      const ask = await native(server)
      return async () => {
        const { episode } = await ask({ type: 'reset' })
        const { snapshot } = await ask({ type: 'snapshot', episode })
        const { episodes: forks } = await ask({ type: 'fork', episode, count: 2 })
        const restored = await ask({ type: 'restore', snapshot })
        for (const each of [...forks, restored]) await ask({ type: 'close', episode: each.episode })
        await ask({ type: 'close', snapshot })
        await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'groups of one native session',
    times: 200,
    async open(server) {
      const ask = await native(server)
      return async () => {
        const { episodes } = await ask({ type: 'group', size: 2 })
        for (const { episode } of episodes) await ask({ type: 'step', episode, action: 'stop' })
      }
    },
  },
  {
    name: 'vectors of one native session',
    times: 200,
    async open(server) {
      const ask = await native(server)
      return async (n) => {
        const { vector } = await ask({ type: 'vector.open', slots: [{}, {}], autoreset: 'same-step' })
        await ask({ type: 'vector.step', vector, actions: [said(n), 'stop'] })
        await ask({ type: 'vector.close', vector })
      }
    },
  },
  {
    name: 'native sessions',
    times: 200,
    open:
      async ({ url }) =>
      async (n) => {
        const client = new ForgetfulClient(`${url}/ws`, [PROTOCOL])
        await client.next()
        client.send({ type: 'subscribe', id: 1, events: ['ended', 'step.taken'] })
        await client.ask({ type: 'reset', id: 2 }, (text) => text.includes('"id":2'))
        await client.leave(n % 2 === 0)
      },
  },
  {
    name: 'episodes over HTTP',
    times: 200,
    open: async (server) => async (n) => {
      const { body } = await post(server, '/reset', {})
      const { episode_id } = body
      await post(server, '/step', { episode_id, action: { action: said(n) } })
      if (n % 2 === 0) await post(server, '/close', { episode_id })
      else await post(server, '/step', { episode_id, action: { action: n % 3 === 0 ? 'throw' : 'stop' } })
    },
  },
  {
    name: 'sessions of MCP',
    times: 400,
    open: async (server) => async (n) => {
      const { sent, session } = await mcp(server, START)
      const own = { 'mcp-session-id': session }
      expect(sent).toContain('"instructions"')
      await mcp(server, call({ name: 'calculate', arguments: { expression: `${n} * 3` } }), own)
      await mcp(server, '', own, 'DELETE')
    },
  },
  {
    name: 'sessions of OpenEnv over HTTP',
    times: 400,
    open: async (server) => async (n) => {
      const { sent } = await mcp(server, { jsonrpc: '2.0', id: 1, method: 'openenv/session/create', params: {} })
      const { session_id } = JSON.parse(sent).result
      await mcp(server, call({ session_id, name: 'calculate', arguments: { expression: `${n} * 3` } }))
      await mcp(server, { jsonrpc: '2.0', id: 3, method: 'openenv/session/close', params: { session_id } })
    },
  },
  {
    name: 'refused requests of every kind',
    times: 200,
    open: async (server) => async (n) => {
      await post(server, '/reset', { task: `none-${n}` })
      await post(server, '/step', { episode_id: `none-${n}`, action: {} })
      await post(server, `/nowhere-${n}`, {})
      await post(server, `/t/wrong-token-${n}/dance`, {})
    },
  },
]

/**
 * Bytes that may stay behind each, on average: an episode has a kilobyte and more. Names of groups that closed are
 * remembered, the last 65,536 of them, in about 150 bytes each.
 */
const MOST_KEPT = 400
/** Until what is compiled and cached once for all is there. */
const WARM_ROUNDS = 6
const ROUNDS = 4

async function round(once: Once, from: number, times: number): Promise<void> {
  for (let n = from; n < from + times; n++) await once(n)
}

describe.each([
  ['without a record', false],
  ['with a record', true],
])('a server %s', (_, isRecorded) => {
  it.each(PATHS)('holds on to nothing of thousands of $name', async ({ times, open }) => {
    const server = await measuredServer({ limits: { resumeMs: 20, idleMs: 60_000 }, isRecorded })
    const once = await open(server)
    const grown = async (from: number, rounds: number): Promise<number> => {
      await round(once, from * times, rounds * times)
      const { bytes, buffers } = await server.held()
      return bytes + buffers
    }
    const before = await grown(0, WARM_ROUNDS)
    const after = await grown(WARM_ROUNDS, ROUNDS)
    expect((after - before) / (ROUNDS * times)).toBeLessThan(MOST_KEPT)
  })
})

/** Heap, buffers and the server's end of the socket. */
const BYTES_UNACKNOWLEDGED = 100_000

describe('a client that never acknowledges', () => {
  it('costs less than 100 KB with its socket, after twenty episodes of pages of 2 KB', async () => {
    const server = await measuredServer({ limits: {}, isRecorded: false })
    const sessions = 60
    const play = async (): Promise<void> => {
      const client = new ForgetfulClient(`${server.url}/ws`, [PROTOCOL])
      await client.next()
      for (let n = 0; n < 20; n++) {
        const { episode } = JSON.parse(await client.ask({ type: 'reset', id: `r${n}` }))
        for (let step = 0; step < 14; step++)
          await client.ask({ type: 'step', id: `${n} ${step}`, episode, action: `page ${n} ${step} `.repeat(200) })
        await client.ask({ type: 'step', id: `${n} end`, episode, action: 'stop' })
      }
    }
    await Promise.all(Array.from({ length: 20 }, play))
    const total = async (): Promise<number> => {
      const { bytes, buffers } = await server.held()
      return bytes + buffers
    }
    const before = await total()
    await Promise.all(Array.from({ length: sessions }, play))
    expect(((await total()) - before) / sessions).toBeLessThan(BYTES_UNACKNOWLEDGED)
  })
})

/** Memory of a session that has played nothing: with the limit of sessions of a token this is what they can take. */
const BYTES_A_SESSION = 40_000

describe('sessions of clients that vanished', () => {
  const vanishing: readonly (readonly [string, (server: MeasuredServer) => Promise<unknown>])[] = [
    ['MCP', (server) => mcp(server, START)],
    ['OpenEnv', (server) => mcp(server, { jsonrpc: '2.0', id: 1, method: 'openenv/session/create', params: {} })],
  ]

  it.each(vanishing)(
    'of %s are limited in number and bytes, and nothing of them stays once they are idle',
    async (_, open) => {
      const [sessions, idleMs] = [100, 15_000]
      const server = await measuredServer({ limits: { idleMs, tokenSessions: sessions }, isRecorded: false })
      const fill = async (): Promise<number> => {
        for (let n = 0; n < sessions; n++) await open(server)
        await expect(open(server)).rejects.toThrow('tokenSessions')
        return (await server.held()).bytes
      }
      const empty = async (): Promise<number> => {
        while ((await server.held()).open > 0) await new Promise((resolve) => setTimeout(resolve, 100))
        return (await server.held()).bytes
      }
      await fill()
      const before = await empty()
      expect(((await fill()) - before) / sessions).toBeLessThan(BYTES_A_SESSION)
      expect(((await empty()) - before) / sessions).toBeLessThan(MOST_KEPT)
    },
  )
})
