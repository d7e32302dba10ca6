import { afterAll, describe, expect, it } from 'vitest'
import { SandboxPool } from '../../../../sandbox/pool.ts'
import { backendsHere } from '../../../support/sandbox/backends.ts'
import { sandboxServer } from '../../../support/server/sandbox-server.ts'

const [finding] = await backendsHere()
const backend = finding?.problem === null ? finding.backend : null
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe.skipIf(backend === null)('POST /run_code', () => {
  const pool = backend && new SandboxPool(backend, { size: 2 })
  afterAll(() => pool?.close())
  const serve = () => {
    if (pool === null) throw new Error('skipped')
    return sandboxServer(pool)
  }

  it('answers with every field of SandboxFusion', async () => {
    const { call } = await serve()
    const { status, body } = await call('/run_code', { code: 'print(input() * 2)', language: 'python', stdin: 'ab' })
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'Success',
      message: '',
      compile_result: null,
      run_result: {
        status: 'Finished',
        execution_time: expect.any(Number),
        return_code: 0,
        stdout: 'abab\n',
        stderr: '',
      },
      executor_pod_name: null,
      files: {},
    })
  })

  it('runs a program that fails, one that takes too long, and one that a signal ends', async () => {
    const { call } = await serve()
    const run = async (code: string, more = {}) => (await call('/run_code', { code, language: 'python', ...more })).body
    expect(await run('raise SystemExit(3)')).toMatchObject({
      status: 'Failed',
      run_result: { status: 'Finished', return_code: 3 },
    })
    expect(await run('print(1, flush=True)\nwhile True: pass', { run_timeout: 0.5 })).toMatchObject({
      status: 'Failed',
      run_result: { status: 'TimeLimitExceeded', return_code: null, stdout: '1\n' },
    })
    expect(await run('import os, signal\nos.kill(os.getpid(), signal.SIGTERM)')).toMatchObject({
      status: 'Failed',
      run_result: { status: 'Finished', return_code: -15 },
    })
  })

  it('limits memory to what is asked for, and says so where the sandbox ended the program', async () => {
    const { call } = await serve()
    const code = (mib: number) => `x = bytearray(${mib} * 2**20)\nprint(len(x))`
    const run = async (mib: number, memory_limit_MB: number) =>
      (await call('/run_code', { code: code(mib), language: 'python', memory_limit_MB })).body
    expect(await run(150, 100)).toMatchObject({ status: 'Failed', run_result: { return_code: 1, stdout: '' } })
    expect(await run(150, 400)).toMatchObject({ status: 'Success' })
    const output = await call('/run_code', { code: 'while True: print("x" * 100000)', language: 'python' })
    expect(output.body).toMatchObject({ status: 'Failed', run_result: { return_code: -9 } })
    expect(output.body.run_result.stderr).toMatch(/ended by the sandbox: more than \d+ bytes of output/)
  })

  it('gives a program its files, and sends back those that are asked for and there', async () => {
    const { call } = await serve()
    const { body } = await call('/run_code', {
      code: 'import helper, pathlib\npathlib.Path("out/b.txt").write_text(helper.f(open("./in.txt").read()))\nprint(__file__)',
      language: 'python',
      files: {
        'helper.py': base64('def f(x): return x.upper()'),
        './in.txt': base64('abc'),
        'out/a.txt': '',
        'main.py': base64(''),
        'main1.py/inside': '',
        absent: null,
      },
      fetch_files: ['out/b.txt', './in.txt', 'nothing'],
    })
    expect(body).toMatchObject({ status: 'Success', files: { 'out/b.txt': base64('ABC'), './in.txt': base64('abc') } })
    expect(body.files).not.toHaveProperty('nothing')
    expect(body.run_result.stdout).toBe('main2.py\n')
  })

  it('refuses a file that would leave the workspace', async () => {
    const { call } = await serve()
    const code = { code: '1', language: 'python' }
    const written = await call('/run_code', { ...code, files: { '../etc/passwd': '' } })
    expect([written.status, written.body.detail]).toEqual([422, expect.stringContaining('../etc/passwd')])
    const read = await call('/run_code', { ...code, fetch_files: ['/etc/passwd'] })
    expect([read.status, read.body.detail]).toEqual([422, expect.stringContaining('/etc/passwd')])
  })

  it('refuses a path that is a file and a folder', async () => {
    const { call } = await serve()
    const { status, body } = await call('/run_code', { code: '1', language: 'python', files: { a: '', 'a/b': '' } })
    expect([status, body.detail]).toEqual([422, expect.stringContaining('"a" is a file and a folder')])
  })

  it('refuses two spellings of one path, and what is not base64', async () => {
    const { call } = await serve()
    const send = async (files: Record<string, string>) =>
      (await call('/run_code', { code: '1', language: 'python', files })).body
    expect((await send({ a: base64('1'), './a': base64('2') })).detail).toContain('the file "a" is given twice')
    for (const text of ['YQ', 'YQ=', 'Y Q=', 'Y-==', '====', 'YQ==YQ==', '\u00e9AAA'])
      expect([text, (await send({ a: text })).detail]).toEqual([
        text,
        [{ type: 'base64_decode', loc: ['body', 'files', 'a'], msg: 'Input should be valid base64' }],
      ])
    for (const text of ['', 'YQ==', 'YWI=', 'YWJj', 'YW\nJj\r\n'])
      expect(await send({ a: text })).toHaveProperty('status', 'Success')
  })

  it('refuses more files than a workspace may have, before it reads them', async () => {
    const { call } = await serve()
    const files = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`f${at}`, 'no base64']))
    const { status, body } = await call('/run_code', { code: '1', language: 'python', files })
    const problem = { type: 'too_long', loc: ['body', 'files'], msg: 'Dictionary should have at most 4096 items' }
    expect([status, body.detail]).toEqual([422, [problem]])
  })

  it('refuses to send a file again and again under other spellings of its path', async () => {
    const { call } = await serve()
    const code = 'open("big", "wb").truncate(8 << 20)'
    const spelled = (count: number) => Array.from({ length: count }, (_, at) => `${'./'.repeat(at)}big`)
    const ask = async (paths: readonly string[]) => call('/run_code', { code, language: 'python', fetch_files: paths })
    const refused = await ask(spelled(9))
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining('at most 67108864 together')])
    expect(Object.keys((await ask(Array(9).fill('big'))).body.files)).toEqual(['big'])
  })

  it('runs what is not a program, and what has null bytes, to a clear failure', async () => {
    const { call } = await serve()
    for (const code of ['def', 'x = 1\0', '\ud800'])
      expect((await call('/run_code', { code, language: 'python' })).body).toMatchObject({
        status: 'Failed',
        run_result: { status: 'Finished', return_code: 1 },
      })
  })

  it.runIf(backend?.languages.includes('javascript'))('runs JavaScript as a file of Node.js', async () => {
    const { call } = await serve()
    const code =
      'const fs = require("fs"); const { f } = require("./lib.js"); fs.writeFileSync("o.txt", f(fs.readFileSync(0, "utf8")))'
    const files = { 'lib.js': base64('exports.f = (x) => x.toUpperCase()') }
    for (const language of ['nodejs', 'javascript']) {
      const request = { code, language, stdin: 'abc', files, fetch_files: ['o.txt'] }
      expect((await call('/run_code', request)).body).toMatchObject({
        status: 'Success',
        files: { 'o.txt': base64('ABC') },
      })
    }
    expect((await call('/run_code', { code: 'throw new Error("no")', language: 'nodejs' })).body).toMatchObject({
      status: 'Failed',
      run_result: { return_code: 1, stderr: expect.stringContaining('Error: no') },
    })
  })
})
