import { statSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GymServer } from '../../server/listen.ts'
import { recording } from '../support/server/recording.ts'
import { echo } from '../support/server/worlds.ts'
import { WRONG } from '../support/server/wrong-values.ts'

/** Every field that a body may have, by route, as it should be. */
const BODIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reset: {
    ...{ task: '"one"', split: '"train"', index: '0', seed: '1', max_steps: '5', episode_id: '"mine"', agent: '"a"' },
    ...{ group_id: '"g"', group_size: '2', member: '0', stragglers: '"wait"', group_deadline_s: '1' },
    ...{ group_replacements: '0', truncate: '"why"' },
  },
  step: { episode_id: '"EPISODE"', action: '{"action":"a"}', timeout_s: '1' },
  close: { episode_id: '"EPISODE"', truncate: '"why"' },
  num_tasks: { split: '"train"' },
  task: { split: '"train"', index: '0' },
  tasks: { split: '"train"', stop: '1' },
  task_range: { split: '"train"', start: '0', stop: '1' },
}
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  step: ['episode_id', 'action'],
  close: ['episode_id'],
  num_tasks: ['split'],
  task: ['split', 'index'],
  tasks: ['split'],
  task_range: ['split'],
}

function* spoiled(route: string): Generator<string> {
  const fields = BODIES[route] ?? {}
  const names = [...Object.keys(fields), 'nonsense', '__proto__', 'constructor', 'toString']
  for (const name of names)
    for (const wrong of WRONG) {
      const kept = (NEEDED[route] ?? []).filter((each) => each !== name).map((each) => `"${each}": ${fields[each]}`)
      yield `{${[...kept, `"${name}": ${wrong}`].join(', ')}}`
    }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: IncomingHttpHeaders
}

function ask(server: GymServer, method: string, path: string, body = '', headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    request.on('error', reject).end(body)
  })
}

/** An answer is one of the server's own: it has a code, no trace or path, and does not repeat what is long. */
function expectOwn({ status, text, headers }: Answer): void {
  expect(text).not.toMatch(/node_modules|\.ts:|\n {4}at |\/tmp\/|zqcanaryqz/)
  expect(headers['content-type']).toMatch(/^application\/json|^text\/plain/)
  if (status < 400) return
  expect(text.length).toBeLessThan(1000)
  expect(JSON.parse(text)).toMatchObject({ error: { code: expect.stringMatching(/^[A-Z_]+$/) } })
}

async function played() {
  const { server, folder } = await recording(echo)
  const { text } = await ask(server, 'POST', '/reset', '{}')
  const { episode_id: episode } = JSON.parse(text) as { readonly episode_id: string }
  const standing = () => [server.host.counts, statSync(join(folder, 'segments', '000000.jsonl')).size]
  return { server, episode, standing }
}

describe('a request over HTTP', () => {
  it.each(Object.keys(BODIES))(
    'to %s with a field of a wrong type is answered; if it is refused nothing has changed',
    async (route) => {
      const { server, episode, standing } = await played()
      let refused = 0
      for (const text of spoiled(route)) {
        // It ends the episode.
        if (route === 'close' && /^\{"episode_id": "EPISODE", "(?!truncate)/.test(text)) continue
        const before = standing()
        const answer = await ask(server, 'POST', `/${route}`, text.replaceAll('EPISODE', episode))
        expectOwn(answer)
        expect(answer.status).toBeLessThan(500)
        if (answer.status < 400) continue
        refused++
        expect([text, standing()]).toEqual([text, before])
      }
      expect(refused).toBeGreaterThan(10)
      const step = `{"episode_id":"${episode}","action":{"action":"on"}}`
      if (route !== 'close') expect((await ask(server, 'POST', '/step', step)).status).toBe(200)
    },
  )

  const ROUTES = [
    'health',
    'ready',
    'metadata',
    'schema',
    'state',
    'reset',
    'step',
    'close',
    'tasks',
    'splits',
    'task',
    'mcp',
    'ws',
    'metrics',
    '',
  ]
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']

  it.each(METHODS)('of method %s is answered at every route and beside them', async (method) => {
    const { server, episode, standing } = await played()
    const before = standing()
    for (const route of ROUTES) {
      if (method === 'POST' && ['reset', 'close', 'mcp'].includes(route)) continue
      for (const path of [route, `echo/${route}`, `${route}/`, `none/${route}`, `a/b/c/${route}`, `${route}/echo`]) {
        const answer = await ask(server, method, `/${path}`, method === 'POST' ? '{}' : '')
        expect(answer.status).toBeLessThan(501)
        if (method !== 'HEAD' && answer.status !== 405 && answer.status < 500)
          expectOwn({ ...answer, headers: { 'content-type': 'text/plain', ...answer.headers } })
      }
    }
    expect(standing()).toEqual(before)
    expect((await ask(server, 'GET', `/state?episode_id=${episode}`)).status).toBe(200)
  })

  it.each([
    ...[
      '//',
      '/../reset',
      '/%2e%2e/reset',
      '/.',
      '/%00',
      '/%ff%fe/health',
      '/%',
      '/%zz/health',
      '/echo%2freset',
      '/t',
      '/t/',
      '/t//',
    ],
    ...['/t/x/t/y/health', '/t/%00/health', '/__proto__/health', '/constructor/health', '/toString', '/echo/__proto__'],
    ...[
      '/tasks?limit=-1',
      '/tasks?limit=1e9',
      '/tasks?limit=99999999999999999999',
      '/tasks?offset=NaN',
      '/tasks?split=__proto__',
    ],
    ...[
      '/tasks?limit=',
      '/tasks?limit=1&limit=x',
      '/tasks?split=%00',
      '/tasks?offset=9007199254740991',
      '/tasks?split',
    ],
    ...[
      '/state?episode_id=__proto__',
      '/state?episode_id=',
      '/state?episode_id=a&episode_id=b',
      `/state?episode_id=${'x'.repeat(3000)}`,
    ],
    ...[
      `/${'a/'.repeat(1500)}health`,
      `/health?${'a=1&'.repeat(900)}`,
      `/${'x'.repeat(4200)}`,
      '/health?%',
      '/?__proto__=1',
    ],
    ...['http://elsewhere.example/health', '*', '/health#x', '/health;x=1', '/\u00e9/health'],
  ])('for %s is answered, and nothing has changed', async (path) => {
    const { server, standing } = await played()
    const before = standing()
    for (const method of ['GET', 'POST']) {
      const answer = await ask(server, method, encodeURI(path).replaceAll('%25', '%'), '')
      expectOwn(answer)
      expect(answer.status).toBeLessThan(500)
    }
    expect(standing()).toEqual(before)
  })

  it.each([
    ...[
      '',
      ' ',
      'null',
      '[]',
      '"x"',
      '7',
      '{',
      '}',
      '{}{}',
      '{"a"',
      '\ufeff{}',
      '\u0000',
      '{"seed":1}x',
      '//',
      "{'seed':1}",
      '{"seed":1,}',
      '{"seed":01}',
    ],
    ...[
      '{"seed":1,"seed":2}',
      '{"\\u0073eed":1}',
      'NaN',
      '{"seed":+1}',
      '{"seed":.5}',
      '{"seed":0x1}',
      '{"a":"\u0001"}',
      '{"a":"\\x"}',
      'a=1&b=2',
    ],
  ])('with the body %j is answered', async (body) => {
    const { server } = await played()
    for (const headers of [
      {},
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-encoding': 'gzip' },
      { 'content-type': 'text/plain; charset=utf-16' },
    ]) {
      const answer = await ask(server, 'POST', '/reset', body, headers)
      expectOwn(answer)
      expect(answer.status).toBeLessThan(500)
    }
  })
})

const LINE = 'POST /reset HTTP/1.1\r\nHost: localhost\r\n'

/** What is no request, or more than one. */
const RAW: Readonly<Record<string, string>> = {
  'two lengths': `${LINE}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}`,
  'a length and chunks': `${LINE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunks of another encoding': `${LINE}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  'a negative length': `${LINE}Content-Length: -5\r\n\r\n{}`,
  'a length that is a text': `${LINE}Content-Length: 2e3\r\n\r\n{}`,
  'a chunk of a negative size': `${LINE}Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n`,
  'a chunk of 2^64 bytes': `${LINE}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}`,
  trailers: `${LINE}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\n\r\n`,
  'a thousand headers': `${LINE}${Array.from({ length: 1000 }, (_, at) => `X-${at}: 1\r\n`).join('')}\r\n`,
  'a header of a megabyte': `${LINE}X: ${'x'.repeat(1_000_000)}\r\n\r\n`,
  'a header that is folded': `${LINE}X: a\r\n b\r\n\r\n`,
  'a header with a control character': `${LINE}X: a\u0001b\r\n\r\n`,
  'two hosts': `GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`,
  'no host': 'GET /health HTTP/1.1\r\n\r\n',
  'HTTP/1.0': 'GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n',
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a tunnel': 'CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'an upgrade to another protocol':
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
  'an upgrade by POST':
    'POST /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'an upgrade with a wrong key':
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'an upgrade of another version':
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 99\r\n\r\n',
  'a body that it expects to be wanted': `${LINE}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
  'an expectation that is unknown': `${LINE}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`,
  'bytes of TLS': '\u0016\u0003\u0001\u0002\u0000\u0001',
}

describe('malformed bytes, and upgrades', () => {
  it.each(Object.entries(RAW))('%s: the connection is answered or closed, and the server stays', async (_, bytes) => {
    const { server, episode } = await played()
    const socket = createConnection(Number(new URL(server.url).port), '127.0.0.1')
    let heard = ''
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve))
    socket.on('data', (data) => {
      heard += data
    })
    socket.end(bytes, 'latin1')
    await closed
    expect(heard).not.toMatch(/node_modules|\n {4}at |zqcanaryqz/)
    expect(heard.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThan(3)
    expect((await ask(server, 'GET', `/state?episode_id=${episode}`)).status).toBe(200)
  })
})
