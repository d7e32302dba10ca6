import { get } from 'node:http'
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { unrecorded } from '../../server/hosting/run-store.ts'
import type { GymServer } from '../../server/listen.ts'
import { connected, served } from '../support/server/client.ts'
import { echo, mover } from '../support/server/worlds.ts'

const tokens = [
  { role: 'agent', token: 'agent-token-1' },
  { role: 'observer', token: 'observer-token-1' },
] as const

/** Writes bytes to the server, and reads until it closes the connection or says no more. */
async function spoken(server: GymServer, bytes: string, until: RegExp): Promise<string> {
  const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
  let heard = ''
  return new Promise((resolve, reject) => {
    socket.on('data', (data) => {
      heard += data
      if (until.test(heard)) socket.destroy()
    })
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
    socket.write(bytes)
  })
}

const post = (path: string, token: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${length}\r\n\r\n`
const HEALTH =
  'GET /health HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer agent-token-1\r\nConnection: close\r\n\r\n'

describe('an answer before the body was read', () => {
  it.each([
    [401, '/reset', 'a-wrong-token', 'x'.repeat(300_000)],
    [403, '/step', 'observer-token-1', '{}'.padEnd(300_000)],
    [413, '/reset', 'agent-token-1', '{}'.padEnd(3 * 2 ** 20)],
    [404, '/dance', 'agent-token-1', '{}'.padEnd(300_000)],
  ])(
    'is read after %i, and so is the answer to the next request on its connection',
    async (status, path, token, body) => {
      const server = await served([echo], { tokens })
      const heard = await spoken(server, post(path, token, body.length) + body + HEALTH, /healthy/)
      expect(heard).toContain(`HTTP/1.1 ${status} `)
      expect(heard).toContain('HTTP/1.1 200 OK')
    },
  )
})

describe('health and readiness', () => {
  const status = async (server: GymServer, path: string): Promise<number> => (await fetch(server.url + path)).status

  it('are not 200 if nothing can be recorded, and are again once it can', async () => {
    let isFull = false
    const write = (): void => {
      if (isFull) throw new GymError('RECORD_FAILED', '/somewhere/private cannot be written (ENOSPC)')
    }
    const log: RunLog = {
      episodeStarted: write,
      stepTaken: write,
      episodeEnded: write,
      rewardsArrived: write,
      groupClosed: write,
    }
    const runStoreOf = (_: unknown, name: string) => ({ ...unrecorded(), log: name === 'echo' ? log : null })
    const server = await served([echo, mover], { runStoreOf, defaultName: 'echo' })
    expect([await status(server, '/health'), await status(server, '/ready')]).toEqual([200, 200])
    const client = await connected(server)
    await client.reset()
    isFull = true
    expect((await client.step('on')).data).toMatchObject({ gym_code: 'RECORD_FAILED', ending: 'aborted' })
    await client.step('on')
    await client.ask({ type: 'state', data: {} })
    expect(JSON.stringify(client.frames)).not.toMatch(/private|ENOSPC/)
    for (const path of ['/health', '/ready', '/echo/health']) expect(await status(server, path)).toBe(507)
    expect(await status(server, '/mover/health')).toBe(200)
    expect(await (await fetch(`${server.url}/health`)).text()).not.toContain('private')
    isFull = false
    await client.reset()
    expect([await status(server, '/health'), await status(server, '/ready')]).toEqual([200, 200])
  })

  it('are not 200 if the record cannot be opened', async () => {
    const runStoreOf = () => {
      throw new GymError('RECORD_FAILED', 'no place for it')
    }
    const server = await served([echo], { runStoreOf })
    expect(await status(server, '/echo/reset')).toBe(404)
    await fetch(`${server.url}/reset`, { method: 'POST', body: '{}' })
    expect([await status(server, '/health'), await status(server, '/ready')]).toEqual([507, 507])
  })

  it('need neither a token nor a known host name, and show nothing but a status', async () => {
    const server = await served([echo], { tokens: [{ role: 'agent', token: 'agent-token-1' }], hosts: ['gym.example'] })
    const { port } = new URL(server.url)
    const answerTo = (path: string, host: string): Promise<readonly [number | undefined, string]> =>
      new Promise((resolve, reject) => {
        const asked = get({ port, path, headers: { host } }, async (response) =>
          resolve([response.statusCode, await text(response)]),
        )
        asked.on('error', reject)
      })
    expect(await answerTo('/health', '10.1.2.3:8000')).toEqual([200, '{"status":"healthy"}'])
    expect(await answerTo('/ready', '10.1.2.3:8000')).toEqual([200, '{"status":"ready"}'])
    expect(await answerTo('/environments', '10.1.2.3:8000')).toEqual([403, expect.stringContaining('--allow-host')])
    for (const path of ['/environments', '/metrics', '/echo/health', '/health/', '/health?x'])
      expect([path, (await answerTo(path, '127.0.0.1'))[0]]).toEqual([path, 401])
    expect((await answerTo('/t/wrong-token-1/health', '127.0.0.1'))[0]).toBe(401)
    expect((await answerTo('/t/agent-token-1/environments', 'localhost'))[0]).toBe(200)
  })

  it('differ if the server is full: it lives, and is not ready', async () => {
    const server = await served([echo], { limits: { sessions: 1 } })
    const client = await connected(server)
    await client.reset()
    expect([await status(server, '/health'), await status(server, '/ready')]).toEqual([200, 503])
  })
})

describe('open groups', () => {
  it('have a limit, and those that have closed count no more', async () => {
    const server = await served([echo], { limits: { openGroups: 2 } })
    const join = async (id: string) => {
      const client = await connected(server)
      return { client, frame: await client.reset({ group_id: id, group_size: 1 }) }
    }
    const [first] = [await join('a'), await join('b')]
    expect((await join('c')).frame.data).toMatchObject({ gym_code: 'CAPACITY_REACHED' })
    await first.client.step('stop')
    expect((await join('d')).frame.type).toBe('observation')
  })
})
