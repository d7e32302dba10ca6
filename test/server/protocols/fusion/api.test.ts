import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { FakeBackend } from '../../../support/sandbox/fake.ts'
import { until } from '../../../support/server/client.ts'
import { sandboxServer } from '../../../support/server/sandbox-server.ts'

const PROGRAM = { code: 'print(1)', language: 'python' }

describe('the API of SandboxFusion', () => {
  it('names every field that is wrong, in the form of FastAPI, and the languages that it runs', async () => {
    const { call } = await sandboxServer(new FakeBackend())
    const wrong = { code: 3, language: 'cobol', run_timeout: 'soon', files: { a: 1 }, fetch_files: 'x', stdin: [] }
    const { status, body } = await call('/run_code', wrong)
    expect(status).toBe(422)
    expect(body.detail.map(({ type, loc }: { type: string; loc: string[] }) => [type, loc.join('.')])).toEqual([
      ['literal_error', 'body.language'],
      ['string_type', 'body.code'],
      ['string_type', 'body.stdin'],
      ['float_type', 'body.run_timeout'],
      ['dict_type', 'body.files'],
      ['list_type', 'body.fetch_files'],
    ])
    expect(body.detail[0].msg).toBe("Input should be 'python'")
    expect((await call('/run_code', {})).body.detail).toEqual([
      { type: 'missing', loc: ['body', 'language'], msg: 'Field required' },
      { type: 'missing', loc: ['body', 'code'], msg: 'Field required' },
    ])
  })

  it('takes numbers as text, passes over unknown fields, and refuses more time or memory than it gives', async () => {
    const backend = new FakeBackend()
    const { call } = await sandboxServer(backend, { runSeconds: 60 })
    const answer = call('/run_code', { ...PROGRAM, run_timeout: '2.5', memory_limit_MB: 64, more: [1] })
    await until(() => backend.runs.length === 1)
    expect(backend.runs[0]?.program.limits).toMatchObject({ timeoutMs: 2500, memoryBytes: 64 * 2 ** 20 })
    backend.runs[0]?.finish()
    expect((await answer).body.status).toBe('Success')
    expect((await call('/run_code', { ...PROGRAM, run_timeout: 61 })).body.detail[0]).toMatchObject({
      type: 'less_than_equal',
      msg: 'Input should be less than or equal to 60',
    })
    expect((await call('/run_code', { ...PROGRAM, memory_limit_MB: 1025 })).body.detail).toEqual([
      { type: 'less_than_equal', loc: ['body', 'memory_limit_MB'], msg: 'Input should be less than or equal to 1024' },
    ])
  })

  it('does not start with limits that no program can have', async () => {
    for (const settings of [{ memoryMb: 8 }, { memoryMb: 65_537 }, { runSeconds: 3601 }])
      await expect(sandboxServer(new FakeBackend(), settings)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses a program without any time, instead of giving it a moment', async () => {
    const backend = new FakeBackend()
    const { call } = await sandboxServer(backend)
    for (const run_timeout of [0, -1, '-0.5'])
      expect((await call('/run_code', { ...PROGRAM, run_timeout })).body.detail).toEqual([
        { type: 'greater_than', loc: ['body', 'run_timeout'], msg: 'Input should be greater than 0' },
      ])
    expect(backend.runs).toEqual([])
  })

  it('counts answers that are not read, and refuses others while they hold too much memory', async () => {
    const backend = new FakeBackend()
    const { call, url } = await sandboxServer(backend, { heldBytes: 18_000_000 })
    const text = 'x'.repeat(12_000_000)
    const finish = async (count: number): Promise<void> => {
      await until(() => backend.runs.length === count)
      backend.runs[count - 1]?.finish({ stdout: { text, isTruncated: false } })
    }
    const slow = httpRequest(`${url}/run_code`, { method: 'POST', headers: { 'content-type': 'application/json' } })
    slow.on('error', () => {})
    const isAnswered = new Promise((resolve) => slow.on('response', resolve))
    slow.end(JSON.stringify(PROGRAM))
    await finish(1)
    await isAnswered
    const refused = call('/run_code', PROGRAM)
    await finish(2)
    expect(await refused).toMatchObject({
      status: 504,
      body: { detail: expect.stringContaining('answers that are not read') },
    })
    slow.destroy()
    const ask = async (count: number) => {
      const next = call('/run_code', PROGRAM)
      await finish(count)
      return (await next).status
    }
    for (let count = 3; (await ask(count)) !== 200; count++) expect(count).toBeLessThan(50)
  })

  it('gives a program without a memory limit that of the server', async () => {
    const backend = new FakeBackend()
    const { call } = await sandboxServer(backend, { memoryMb: 300 })
    const answers = [call('/run_code', PROGRAM), call('/run_code', { ...PROGRAM, memory_limit_MB: -1 })]
    await until(() => backend.runs.length === 2)
    for (const { program, finish } of backend.runs) {
      expect(program.limits.memoryBytes).toBe(300 * 2 ** 20)
      finish()
    }
    await Promise.all(answers)
  })

  it('wants its token, in the header or in the address, and none for a probe', async () => {
    const { call } = await sandboxServer(new FakeBackend(), { tokens: [{ role: 'trainer', token: 'secret-token' }] })
    const authorization = 'Bearer secret-token'
    expect((await call('/v1/ping')).status).toBe(401)
    expect((await call('/run_code', PROGRAM)).body.detail).toMatch(/UNAUTHORIZED: a token is needed/)
    expect((await call('/v1/ping', undefined, { headers: { authorization: `${authorization}x` } })).status).toBe(401)
    expect((await call('/v1/ping', undefined, { headers: { authorization } })).body).toBe('pong')
    expect((await call('/t/secret-token/v1/ping')).body).toBe('pong')
    expect((await call('/health')).body).toEqual({ status: 'healthy' })
  })

  it('does not listen on an open address without a token', async () => {
    await expect(sandboxServer(new FakeBackend(), { host: '0.0.0.0' })).rejects.toThrow(/set tokens/)
  })

  it('refuses pages of other sites, calls that it has not, and bodies that are too large or no JSON', async () => {
    const { call } = await sandboxServer(new FakeBackend(), { bodyBytes: 1000 })
    const headers = { origin: 'https://example.org' }
    expect((await call('/run_code', PROGRAM, { headers })).status).toBe(403)
    expect((await call('/nothing', {})).status).toBe(404)
    expect((await call('/run_jupyter', { cells: [] })).body.detail).toMatch(/run_code/)
    expect((await call('/run_code', 'x'.repeat(2000))).status).toBe(413)
    expect((await call('/run_code', '{"code": ')).status).toBe(422)
    expect((await call('/run_code', '[]')).status).toBe(422)
  })

  it('answers 504 where the queue is full, after which trainers try again', async () => {
    const backend = new FakeBackend()
    const { call, pool } = await sandboxServer(backend, { size: 1, waiting: 1 })
    const first = call('/run_code', PROGRAM)
    await until(() => backend.runs.length === 1)
    const second = call('/run_code', PROGRAM)
    await until(() => pool.status.waiting === 1)
    const refused = await call('/run_code', PROGRAM)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([504, '1'])
    expect(refused.body.detail).toMatch(/^SANDBOX_BUSY: .*wait already/)
    backend.runs[0]?.finish()
    await until(() => backend.runs.length === 2)
    backend.runs[1]?.finish()
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200])
  })

  it('answers SandboxError where the sandbox broke twice', async () => {
    const backend = new FakeBackend()
    const { call } = await sandboxServer(backend, { size: 1 })
    const answer = call('/run_code', PROGRAM)
    for (const at of [0, 1]) {
      await until(() => backend.runs.length === at + 1)
      backend.runs[at]?.break()
    }
    expect(await answer).toMatchObject({
      status: 200,
      body: { status: 'SandboxError', message: 'the worker died', run_result: null },
    })
  })

  it('ends the program of a client that leaves', async () => {
    const backend = new FakeBackend()
    const { url, pool } = await sandboxServer(backend, { size: 1 })
    const request = httpRequest(`${url}/run_code`, { method: 'POST' })
    request.on('error', () => {})
    request.end(JSON.stringify(PROGRAM))
    await until(() => backend.runs.length === 1)
    request.destroy()
    await until(() => pool.status.executions === 1)
    expect(pool.status.idle).toBe(1)
  })

  it('answers what still runs when it stops, and frees its port', async () => {
    const backend = new FakeBackend()
    const { server, call, pool } = await sandboxServer(backend, { size: 1 })
    const answers = [call('/run_code', PROGRAM), call('/run_code', PROGRAM)]
    await until(() => backend.runs.length === 1 && pool.status.waiting === 1)
    await server.close()
    for (const { status, body } of await Promise.all(answers))
      expect([status, body.detail]).toEqual([503, expect.stringContaining('SERVER_STOPPING')])
  })
})
