import { describe, expect, it } from 'vitest'
import retail from '../../envs/tools/retail/index.ts'
import type { GymServer } from '../../server/listen.ts'
import { quiet, served } from '../support/server/client.ts'
import { echo } from '../support/server/worlds.ts'

const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
const START = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'attacker', version: '1' } },
}

interface Sent {
  readonly status: number
  readonly session: string
  readonly text: string
}

async function send(server: GymServer, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Sent> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${server.url}/tools-retail/mcp`, {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body: text,
  })
  const session = response.headers.get('mcp-session-id') ?? ''
  return { status: response.status, session, text: await response.text() }
}

const call = (params: unknown, id: unknown = 7): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params })
const CALCULATE = call({ name: 'calculate', arguments: { expression: '2 * 3' } })

/** An address inside a session, where a correct call works before and after. */
async function session(server: GymServer, headers: Readonly<Record<string, string>> = {}) {
  const { session: id, status } = await send(server, START, headers)
  expect(status).toBe(200)
  const own = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-06-18' }
  return { id, ask: (body: unknown) => send(server, body, own) }
}

const ODD: readonly unknown[] = [null, true, 0, -1, 1e308, '', 'x', [], [[]], {}, { __proto__: null, a: 1 }]

/** Until the server says that so many sessions wait for a place. */
async function untilWaiting(server: GymServer, count: number): Promise<void> {
  for (;;) {
    const page = await (await fetch(`${server.url}/metrics`)).text()
    if (page.includes(`\nstepgym_sessions_waiting ${count}\n`)) return
  }
}

describe('ids that a reply would repeat', () => {
  it.each([
    ['MCP', START],
    ['OpenEnv', { jsonrpc: '2.0', method: 'openenv/session/create', params: {} }],
  ])('of %s have at most 256 characters', async (_, body) => {
    const server = await served([retail])
    const id = 'i'.repeat(300_000)
    expect((await send(server, { ...body, id })).text.length).toBeLessThan(1000)
    const { ask } = await session(server)
    for (const method of ['tools/list', 'tools/call', 'none']) {
      const { text } = await ask({ jsonrpc: '2.0', id, method })
      expect([method, text.length < 1000]).toEqual([method, true])
    }
    expect((await ask({ ...CALCULATE, id: 'i'.repeat(256) })).text).toContain('6.0')
  })
})

describe('clients that leave while they wait for a place', () => {
  const CREATE = { jsonrpc: '2.0', id: 1, method: 'openenv/session/create', params: {} }

  it.each([
    ['MCP', START],
    ['OpenEnv', CREATE],
  ])('over %s lose it at once, and what they asked for is not opened', async (_, body) => {
    const server = await served([retail], { limits: { sessions: 1, waitingSessions: 1, waitMs: 59_000 } })
    const { id } = await session(server)
    const leaving = new AbortController()
    const left = fetch(`${server.url}/tools-retail/mcp`, {
      ...{ method: 'POST', headers: HEADERS, body: JSON.stringify(body), signal: leaving.signal },
    })
    await untilWaiting(server, 1)
    expect((await send(server, body)).text).toContain('the server is full')
    leaving.abort()
    await expect(left).rejects.toThrow()
    await untilWaiting(server, 0)
    const next = send(server, body)
    await untilWaiting(server, 1)
    await fetch(`${server.url}/tools-retail/mcp`, { method: 'DELETE', headers: { ...HEADERS, 'mcp-session-id': id } })
    expect((await next).text).toContain('"result"')
    expect(server.connections).toBe(1)
  })
})

describe('a client of MCP that leaves while its first episode starts', () => {
  it('keeps no session: it would never learn the id', async () => {
    let begin = (): void => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let go = (): void => {}
    const reset: typeof echo.reset = (context) => {
      begin()
      return new Promise<void>((resolve) => {
        go = resolve
      }).then(() => echo.reset(context))
    }
    const server = await served([{ ...echo, kind: 'async', reset }])
    const leaving = new AbortController()
    const left = fetch(`${server.url}/echo/mcp`, {
      ...{ method: 'POST', headers: HEADERS, body: JSON.stringify(START), signal: leaving.signal },
    })
    await begun
    leaving.abort()
    await expect(left).rejects.toThrow()
    // Connections end in their order: what is answered after them came later.
    for (let asked = 0; asked < 3; asked++) await (await fetch(`${server.url}/health`)).text()
    go()
    await quiet(server)
    expect(server.connections).toBe(0)
  })
})

describe('hostile requests to the address of MCP', () => {
  it('with fields of any type are answered, and leave the session as it was', async () => {
    const server = await served([retail])
    const { ask } = await session(server)
    for (const odd of ODD)
      for (const body of [
        odd,
        { ...CALCULATE, jsonrpc: odd },
        { ...CALCULATE, method: odd },
        { ...CALCULATE, params: odd },
        call({ name: odd, arguments: {} }),
        call({ name: 'calculate', arguments: odd }),
        call({ name: 'calculate', arguments: { expression: odd } }),
        call({ name: 'calculate', arguments: {}, _meta: odd }),
        call({ name: 'calculate', arguments: {}, _meta: { 'stepgym/reset': odd, progressToken: odd } }),
        { jsonrpc: '2.0', id: odd, method: 'ping' },
        { jsonrpc: '2.0', id: 5, method: 'tools/list', params: odd },
        { ...START, id: 9, params: odd },
      ]) {
        const { status, text } = await ask(body)
        expect(status).toBeLessThan(500)
        expect(text).not.toMatch(/node_modules|\/server\/|at .*\.ts/)
      }
    expect((await ask(CALCULATE)).text).toMatch(/6\.0|has ended/)
  }, 60_000)

  it('with keys such as __proto__ change no object', async () => {
    const server = await served([retail])
    const { ask } = await session(server)
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"expression":"2 * 3"}'
    await ask(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"calculate","arguments":${evil}}}`)
    await ask(`{"jsonrpc":"2.0","id":3,"method":"tools/call","__proto__":{"polluted":1},"params":${evil}}`)
    await send(server, `{"jsonrpc":"2.0","id":4,"method":"initialize","params":{"_meta":{"stepgym/reset":${evil}}}}`)
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect((await ask(call({ name, arguments: {} }))).status).toBe(200)
    expect(({} as { readonly polluted?: number }).polluted).toBeUndefined()
    expect((await ask(CALCULATE)).text).toMatch(/6\.0/)
  })

  it('as lists of requests are refused, and none of them is served', async () => {
    const server = await served([retail])
    const { ask } = await session(server)
    for (const list of [[CALCULATE], [], [START], Array.from({ length: 10_000 }, () => CALCULATE)]) {
      const { status } = await ask(list)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    expect(JSON.parse((await ask(CALCULATE)).text).result._meta['stepgym/step'].step).toBe(0)
  })

  it('with arguments of any size are a result or a refusal', async () => {
    const server = await served([retail], { limits: { frameBytesIn: 1_000_000 } })
    const { ask } = await session(server)
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`k${at}`, at])))
    for (const args of [
      deep,
      wide,
      `{"expression":"${'9'.repeat(900_000)}"}`,
      `{"expression":"${'('.repeat(50_000)}"}`,
      '1e999',
      '9'.repeat(5000),
    ]) {
      const { status } = await ask(
        `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"calculate","arguments":${args}}}`,
      )
      expect(status).toBeLessThan(500)
    }
    expect((await ask('x'.repeat(3_000_000))).status).toBe(413)
    expect((await ask(CALCULATE)).text).toMatch(/6\.0/)
  })

  it('in sessions of others are as unknown as in sessions that never were, and do not touch them', async () => {
    const tokens = [
      { role: 'agent', token: 'agent-number-one' },
      { role: 'agent', token: 'agent-number-two' },
    ] as const
    const server = await served([retail], { tokens })
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const { id, ask } = await session(server, bearer('agent-number-one'))
    const unknown = { ...bearer('agent-number-two'), 'mcp-session-id': 'no-such-session' }
    const foreign = { ...bearer('agent-number-two'), 'mcp-session-id': id }
    const answers = [await send(server, CALCULATE, unknown), await send(server, CALCULATE, foreign)]
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.status).toBe(404)
    const ended = await fetch(`${server.url}/tools-retail/mcp`, {
      method: 'DELETE',
      headers: { ...HEADERS, ...foreign },
    })
    expect(ended.status).toBe(404)
    expect((await send(server, CALCULATE, { 'mcp-session-id': id })).status).toBe(401)
    expect(JSON.parse((await ask(CALCULATE)).text).result._meta['stepgym/step'].step).toBe(0)
  })

  it('that open a hundred sessions are stopped by the limit, and each session that is open works', async () => {
    const server = await served([retail, echo], { limits: { addressSessions: 20 } })
    const all = await Promise.all(Array.from({ length: 100 }, () => send(server, START)))
    const open = all.filter(({ status }) => status === 200)
    expect(open.length).toBe(20)
    for (const { status, text } of all.filter((each) => each.status !== 200)) {
      expect(status).toBe(503)
      expect(text).toMatch(/CAPACITY_REACHED/)
    }
    for (const { session: id } of open) {
      expect((await send(server, CALCULATE, { 'mcp-session-id': id })).text).toMatch(/6\.0/)
      await fetch(`${server.url}/tools-retail/mcp`, { method: 'DELETE', headers: { ...HEADERS, 'mcp-session-id': id } })
    }
    await quiet(server)
  })
})
