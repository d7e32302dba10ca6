import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { pass, stopClock } from '../support/clock.ts'
import { type Client, connected, quiet, refusal, served } from '../support/server/client.ts'
import { echo } from '../support/server/worlds.ts'

const AGENT = 'agent-token-1'
const TRAINER = 'trainer-token-1'
const OBSERVER = 'observer-token-1'
const TOKENS = [
  { role: 'agent', token: AGENT },
  { role: 'trainer', token: TRAINER },
  { role: 'observer', token: OBSERVER },
] as const
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** Steps on, beside whatever happens to others. */
async function expectUnmoved(client: Client): Promise<void> {
  expect((await client.step('unmoved')).data.observation?.text).toBe('unmoved')
}

describe('bad input', () => {
  it.each([
    ['malformed JSON', '{"type":', 'INVALID_JSON'],
    ['text that is not JSON', 'hello', 'INVALID_JSON'],
    ['JSON that is not an object', '[]', 'VALIDATION_ERROR'],
    ['a number', '7', 'VALIDATION_ERROR'],
    ['null', 'null', 'VALIDATION_ERROR'],
    ['deep nesting', '['.repeat(100_000), 'INVALID_JSON'],
    ['deep nesting in data', `{"type":"step","data":{"action":${'['.repeat(200)}${']'.repeat(200)}}}`, 'INVALID_JSON'],
    ['no type', '{}', 'UNKNOWN_TYPE'],
    ['a type of the prototype', '{"type":"constructor"}', 'UNKNOWN_TYPE'],
    ['__proto__ at the top', '{"type":"state","__proto__":{"data":1}}', 'VALIDATION_ERROR'],
    ['__proto__ beside an action', '{"type":"step","data":{"action":"a","__proto__":{}}}', 'VALIDATION_ERROR'],
    ['data of the wrong kind', '{"type":"step","data":[]}', 'VALIDATION_ERROR'],
    ['no data', '{"type":"step"}', 'VALIDATION_ERROR'],
    ['an id of the wrong kind', '{"type":"reset","data":{"episode_id":7}}', 'VALIDATION_ERROR'],
    ['a lone surrogate as id', '{"type":"reset","data":{"episode_id":"\\ud800"}}', 'VALIDATION_ERROR'],
    ['a seed that is not an integer', '{"type":"reset","data":{"seed":NaN}}', 'VALIDATION_ERROR'],
    ['a seed above 2^64', '{"type":"reset","data":{"seed":18446744073709551616}}', 'VALIDATION_ERROR'],
    ['metadata of the wrong kind', '{"type":"step","data":{"action":"a","metadata":1}}', 'VALIDATION_ERROR'],
    ['a task of the prototype', '{"type":"reset","data":{"task":"__proto__"}}', 'VALIDATION_ERROR'],
    ['a split of the prototype', '{"type":"reset","data":{"split":"constructor"}}', 'VALIDATION_ERROR'],
  ])('%s is an error with its code, and the session lives', async (_, text, code) => {
    const server = await served([echo])
    const [one, other] = [await connected(server), await connected(server)]
    await other.reset()
    await one.reset()
    one.raw(text)
    expect(await one.next()).toMatchObject({ type: 'error', data: { code, message: expect.any(String) } })
    await one.reset()
    await expectUnmoved(one)
    await expectUnmoved(other)
  })

  it('takes NaN and Infinity in an action as a bad action', async () => {
    const client = await connected(await served([echo]))
    await client.reset()
    client.raw('{"type":"step","data":{"action":[NaN,-Infinity]}}')
    expect((await client.next()).data).toMatchObject({ is_action_valid: false, info: { code: 'ACTION_INVALID' } })
  })

  it('takes an integer without end in an action as a bad action', async () => {
    const client = await connected(await served([echo]))
    await client.reset()
    client.raw('{"type":"step","data":{"action":123456789012345678901234567890}}')
    expect((await client.next()).data).toMatchObject({ is_action_valid: false })
  })

  it('answers a binary frame with an error', async () => {
    const client = await connected(await served([echo]))
    client.raw(Buffer.from('{"type":"state"}'))
    expect((await client.next()).data.code).toBe('INVALID_JSON')
    expect((await client.ask({ type: 'state' })).type).toBe('state')
  })

  it('ends a session that sends invalid UTF-8, and no other', async () => {
    const server = await served([echo])
    const [one, other] = [await connected(server), await connected(server)]
    await other.reset()
    await one.reset()
    one.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
    expect((await one.end()).status).toBe(1007)
    await expectUnmoved(other)
    other.socket.close()
    await quiet(server)
  })

  it('ends a session whose frame is over the limit, and no other', async () => {
    const server = await served([echo], { limits: { frameBytesIn: 1000 } })
    const [one, other] = [await connected(server), await connected(server)]
    await other.reset()
    one.raw('x'.repeat(1001))
    expect((await one.end()).status).toBe(1009)
    await expectUnmoved(other)
  })

  it('refuses to send a reply over the limit; its step stands', async () => {
    const client = await connected(await served([echo], { limits: { frameBytesOut: 2000 } }))
    await client.reset()
    expect((await client.step('é'.repeat(1000))).data).toMatchObject({
      code: 'EXECUTION_ERROR',
      gym_code: 'FRAME_TOO_LARGE',
    })
    expect((await client.step('short')).data).toMatchObject({ step: 1 })
  })

  it('refuses an action over the limit as a step that says so', async () => {
    const client = await connected(await served([echo], { limits: { actionCharacters: 10 } }))
    await client.reset()
    expect((await client.step('x'.repeat(11))).data).toMatchObject({ info: { code: 'ACTION_TOO_LARGE' } })
  })

  it('survives clients that speak no HTTP, or leave in the middle of it', async () => {
    const server = await served([echo])
    const client = await connected(server)
    await client.reset()
    const port = Number(new URL(server.url).port)
    for (const bytes of [
      '\x16\x03\x01junk',
      'GET / HTTP/1.1\r\nHost: 127',
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ]) {
      const socket = createConnection(port, '127.0.0.1')
      socket.on('error', () => {})
      await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
      await new Promise((resolve) => setTimeout(resolve, 10))
      socket.destroy()
    }
    await expectUnmoved(client)
  })
})

describe('who is let in', () => {
  it('refuses other host names and origins if there are no tokens', async () => {
    const server = await served([echo])
    const port = new URL(server.url).port
    expect(await refusal(server, '/ws', { headers: { host: `evil.example:${port}` } })).toBe(403)
    expect(await refusal(server, '/ws', { headers: { origin: 'http://evil.example' } })).toBe(403)
    expect(await refusal(server, '/ws', { headers: { origin: 'null' } })).toBe(403)
    expect(await refusal(server, '/ws', { headers: { origin: server.url } })).toBe(undefined)
    expect(await refusal(server, '/ws', { headers: { host: `LOCALHOST:${port}` } })).toBe(undefined)
  })

  it('admits the configured origins and hosts', async () => {
    const server = await served([echo], { origins: ['https://lab.example'], hosts: ['gym.example'] })
    expect(await refusal(server, '/ws', { headers: { origin: 'https://lab.example' } })).toBe(undefined)
    expect(await refusal(server, '/ws', { headers: { host: 'gym.example' } })).toBe(undefined)
  })

  it('refuses a missing or wrong token, and takes the right one from header or path', async () => {
    const server = await served([echo], { tokens: TOKENS })
    expect(await refusal(server, '/ws')).toBe(401)
    expect(await refusal(server, '/ws', bearer('wrong-token-1'))).toBe(401)
    expect(await refusal(server, '/t/wrong-token-1/ws')).toBe(401)
    expect(await refusal(server, '/t/')).toBe(401)
    expect(await refusal(server, '/ws', bearer(AGENT))).toBe(undefined)
    expect(await refusal(server, `/t/${AGENT}/echo/ws`)).toBe(undefined)
    expect(await refusal(server, '/ws', bearer(OBSERVER))).toBe(403)
    expect((await fetch(`${server.url}/t/${OBSERVER}/echo/tasks`)).status).toBe(200)
    expect((await fetch(`${server.url}/echo/tasks`)).status).toBe(401)
  })

  it('does not repeat a token', async () => {
    const server = await served([echo], { tokens: TOKENS })
    const answer = await (await fetch(`${server.url}/t/${TRAINER}/echo/dance`)).text()
    expect(answer).toContain('/t/***/echo/dance')
    expect(answer).not.toContain(TRAINER)
  })

  it('shows agents no rewards of hooks, no groups, and tasks of the first split only', async () => {
    const server = await served([echo], { tokens: TOKENS })
    const agent = await connected(server, `/t/${AGENT}/ws`)
    expect((await agent.reset({ group_id: 'g', group_size: 2 })).data.gym_code).toBe('FORBIDDEN')
    await agent.reset()
    const { data } = await agent.step('stop')
    expect([data.reward, data.rewards, data.outcome]).toEqual([4, undefined, undefined])
    expect((await fetch(`${server.url}/tasks?split=train`, bearer(AGENT))).status).toBe(200)
    expect((await fetch(`${server.url}/tasks?split=test`, bearer(AGENT))).status).toBe(403)
    expect((await fetch(`${server.url}/tasks?split=test`, bearer(TRAINER))).status).toBe(200)
    expect((await fetch(`${server.url}/reset`, { method: 'POST', ...bearer(OBSERVER) })).status).toBe(403)
  })

  it('never sends what a task keeps private', async () => {
    const server = await served([echo])
    const client = await connected(server)
    await client.reset({ task: 'one' })
    await client.step('on')
    await client.ask({ type: 'state' })
    await client.step('throw')
    const pages = ['/tasks', '/schema', '/metadata', '/splits', '/environments', '/state']
    const pageTexts = await Promise.all(pages.map(async (path) => (await fetch(server.url + path)).text()))
    expect(JSON.stringify([client.frames, pageTexts])).not.toContain('zqcanaryqz')
  })

  it('refuses an open address without tokens, and tokens that fit into no address', async () => {
    const open = served([echo], { host: '0.0.0.0' })
    await expect(open).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    for (const token of ['short', 'with a blank', 'slash/slash', 'x'.repeat(257)])
      await expect(served([echo], { tokens: [{ role: 'agent', token }] })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    const twice = [{ role: 'agent', token: AGENT } as const, { role: 'trainer', token: AGENT } as const]
    await expect(served([echo], { tokens: twice })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses subprotocols and addresses that it does not have', async () => {
    const server = await served([echo])
    expect(await refusal(server, '/ws', { protocols: ['other.v1'] })).toBe(404)
    expect(await refusal(server, '/echo/ws/more')).toBe(404)
    expect(await refusal(server, '/echo')).toBe(404)
  })
})

describe('a server', () => {
  it('says that its port is taken', async () => {
    const { url } = await served([echo])
    const again = served([echo], { port: Number(new URL(url).port) })
    await expect(again).rejects.toMatchObject({ code: 'ADDRESS_TAKEN', message: expect.stringContaining('taken') })
  })

  it('refuses environments with equal addresses, and none at all', async () => {
    await expect(served([echo, echo])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(served([])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(served([echo], { defaultName: 'other' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('closes idle sockets, and keeps those that talk', async () => {
    stopClock('idleness')
    const server = await served([echo], { limits: { idleMs: 200 } })
    const [quietOne, busy] = [await connected(server), await connected(server)]
    await quietOne.reset()
    await busy.reset()
    for (let ms = 0; ms < 300; ms += 50) {
      await pass(50)
      await busy.ask({ type: 'state' })
    }
    expect((await quietOne.end()).status).toBe(1001)
    expect(busy.closed).toBe(null)
  })

  it('cuts off sockets that leave a ping unanswered', async () => {
    const server = await served([echo], { limits: { heartbeatMs: 30 } })
    const client = await connected(server)
    await client.reset()
    client.socket.pause()
    await quiet(server)
    client.socket.resume()
    expect(await client.end()).toMatchObject({ status: 1006 })
  })

  it('aborts and reports every open episode when it stops', async () => {
    const server = await served([echo])
    const endings: unknown[] = []
    const groups: unknown[] = []
    server.host.listen({
      episodeEnded: ({ trajectory }) => endings.push([trajectory.ending, trajectory.endingReason]),
      groupClosed: ({ group }) => groups.push([group.id, group.aborted.length]),
    })
    const [one, two] = [await connected(server), await connected(server)]
    await one.reset()
    await two.reset({ group_id: 'g', group_size: 4 })
    await server.close('maintenance')
    expect(endings).toEqual([
      ['aborted', 'SERVER_STOPPING: maintenance'],
      ['aborted', 'SERVER_STOPPING: maintenance'],
    ])
    expect(groups).toEqual([['g', 1]])
    expect((await one.end()).status).toBe(1001)
    expect(server.host.counts).toMatchObject({ sessions: 0, episodes: 0, groups: 0 })
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
  })
})
