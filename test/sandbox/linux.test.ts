import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { descendantsOf } from '../../sandbox/attacks/outside.ts'
import { largestReserved } from '../../sandbox/linux/node.ts'
import { unprivilegedId } from '../../sandbox/linux/users.ts'
import { SandboxPool } from '../../sandbox/pool.ts'
import { IS_LONG } from '../support/long.ts'
import { backendsHere } from '../support/sandbox/backends.ts'
import { processesFrom } from '../support/sandbox/processes.ts'
import { until } from '../support/server/client.ts'

/** What the back ends of Linux promise beyond the contract of all. */
const found = (await backendsHere(IS_LONG)).filter(({ name }) => name !== 'pyodide')

for (const { name, backend, problem } of found)
  describe.skipIf(problem !== null)(`the back end ${name}`, () => {
    const pool = problem === null ? new SandboxPool(backend, { size: 2 }) : null
    afterAll(() => pool?.close())
    const run = async (main: string, limits = {}) => {
      if (pool === null) throw new Error('skipped')
      return pool.run({ main, limits })
    }

    it('reports the signal that ended a program', async () => {
      const fault = 'import ctypes\nctypes.string_at(0)'
      expect(await run(fault)).toMatchObject({ status: 'killed', exitCode: null, signal: 11 })
      expect(await run('import os, signal\nos.kill(os.getpid(), signal.SIGTERM)')).toMatchObject({
        status: 'killed',
        signal: 15,
      })
    })

    it('measures processor time and memory', async () => {
      const { cpuMs, peakBytes } = await run('x = bytearray(50_000_000)\nfor _ in range(300_000): pass')
      expect(cpuMs).toBeGreaterThan(0)
      expect(peakBytes).toBeGreaterThan(50_000_000)
    })

    it('waits for the first process only: what it leaves running ends with it, its output kept', async () => {
      const main = `import os, time
ours, theirs = os.pipe()
if os.fork() == 0:
  print("child", flush=True)
  os.write(theirs, b'printed')
  time.sleep(60)
os.read(ours, 7)
print("parent")`
      const { status, stdout, durationMs } = await run(main)
      expect([status, stdout.text]).toEqual(['ok', 'child\nparent\n'])
      expect(durationMs).toBeLessThan(30_000)
    })

    it('ends with a program that has an end of its output on its way through a socket', async () => {
      // Others may have taken all files that can be on their way.
      const main = `import array, socket, time
print('printed', flush=True)
a, b = socket.socketpair()
while True:
    try:
        a.sendmsg([b'x'], [(1, 1, array.array('i', [b.fileno(), 1]))])
        break
    except OSError:
        time.sleep(0.02)`
      expect(await run(main)).toMatchObject({ status: 'ok', stdout: { text: 'printed\n' } })
    })

    it('runs programs while another has as many files on their way through sockets as it can', async () => {
      const [attacker] = (await pool?.start([{ main: FILES_ON_THEIR_WAY }])) ?? []
      expect((await attacker?.receive())?.toString()).toBe('sent')
      for (let number = 0; number < 4; number++)
        expect(await run(`print(${number})`)).toMatchObject({ status: 'ok', stdout: { text: `${number}\n` } })
      attacker?.cancel()
      expect((await attacker?.result)?.status).toBe('cancelled')
    })

    it.skipIf(process.getuid?.() !== 0 || unprivilegedId() === 65_534)(
      'counts such files for the programs of each worker alone, where workers can have users of their own',
      async () => {
        const [attacker] = (await pool?.start([{ main: FILES_ON_THEIR_WAY }])) ?? []
        expect((await attacker?.receive())?.toString()).toBe('sent')
        const main = `import array, socket
a, b = socket.socketpair()
print(a.sendmsg([b'x'], [(1, 1, array.array('i', [0]))]))`
        expect(await run(main)).toMatchObject({ status: 'ok', stdout: { text: '1\n' } })
        attacker?.cancel()
        await attacker?.result
      },
    )

    it('runs threads, and waits for them at the end as Python does', async () => {
      const main =
        'import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()\nprint("main")'
      expect((await run(main)).stdout.text).toBe('main\nthread\n')
    })

    it('runs a program that closes its output, or its channel', async () => {
      expect(
        await run('import os\nfor fd in range(3, 64):\n  try: os.close(fd)\n  except OSError: pass\nprint("still")'),
      ).toMatchObject({ status: 'ok', stdout: { text: 'still\n' } })
      expect(await run('import os, time\nos.close(1); os.close(2)\ntime.sleep(0.1)\nos._exit(3)')).toMatchObject({
        status: 'failed',
        exitCode: 3,
      })
    })

    it('leaves out what is not a file, what is too deep, and names that are not UTF-8', async () => {
      const main = `import os
os.mkfifo('pipe')
os.makedirs('d/' * 17)
open(b'\\xff', 'w').close()
open('sparse', 'wb').truncate(8_000_000)
for number in range(3): os.link('sparse', f'link{number}')
open('kept', 'w').write('kept')`
      const { workspace } = await run(main)
      expect([...workspace.changed].map(([path, bytes]) => [path, bytes.length])).toEqual([
        ['kept', 4],
        ['link0', 8_000_000],
        ['link1', 8_000_000],
      ])
      expect(Object.fromEntries(workspace.skipped)).toEqual({
        pipe: 'not a regular file',
        '\\xff': 'a name that is not UTF-8',
        link2: 'more bytes than the workspace can hold',
        sparse: 'more bytes than the workspace can hold',
        [`${'d/'.repeat(15)}d`]: 'deeper than 16 folders',
      })
    })

    it('reads what the program left, whatever it permits its own files', async () => {
      const main = `import os
os.makedirs('shut/inner')
open('shut/inner/file', 'w').write('inner')
open('secret', 'w').write('shown')
for name in ('shut/inner/file', 'shut/inner', 'shut', 'secret', '.'): os.chmod(name, 0)`
      const { status, workspace } = await run(main)
      expect([status, [...workspace.changed].map(([path, bytes]) => [path, `${Buffer.from(bytes)}`])]).toEqual([
        'ok',
        [
          ['secret', 'shown'],
          ['shut/inner/file', 'inner'],
        ],
      ])
    })

    it('takes the sizes of file systems from the limits of each program, also after one with larger ones', async () => {
      const main = `import os
at = os.statvfs('.'), os.statvfs('/tmp')
print([(each.f_blocks * each.f_bsize, each.f_files) for each in at])`
      for (const [workspaceBytes, workspaceFiles] of [
        [64 * 1024 * 1024, 1000],
        [8192, 3],
      ] as const) {
        const { stdout } = await run(main, { workspaceBytes, workspaceFiles })
        expect(stdout.text).toBe(
          `[(${workspaceBytes}, ${workspaceFiles + 1}), (${workspaceBytes}, ${workspaceFiles + 1})]\n`,
        )
      }
    })

    it('counts the memory of a program alone, not of the processes that wait for the next one', async () => {
      const main = 'import time\nheld = bytearray(60_000_000)\ntime.sleep(0.5)'
      expect(await run(main, { memoryBytes: 80 * 1024 * 1024 })).toMatchObject({ status: 'ok' })
    })

    it('runs JavaScript under the same limits', async () => {
      if (!backend.languages.includes('javascript')) return expect(backend.languages).toEqual(['python'])
      const js = async (main: string, limits = {}) => pool?.run({ language: 'javascript', main, limits })
      expect(await js('console.log(6 * 7, process.argv.length)')).toMatchObject({
        status: 'ok',
        stdout: { text: '42 2\n' },
      })
      expect(await js('process.exit(3)')).toMatchObject({ status: 'failed', exitCode: 3 })
      expect(await js('for (;;) {}', { timeoutMs: 700 })).toMatchObject({ status: 'timeout' })
      expect(await js('require("net").connect(22, "127.0.0.1").on("error", (e) => console.log(e.code))')).toMatchObject(
        {
          stdout: { text: 'EAFNOSUPPORT\n' },
        },
      )
      expect((await js('const kept = []; for (;;) kept.push(Buffer.alloc(10_000_000, 1))'))?.status).toMatch(
        /failed|memory|killed/,
      )
    })

    it('gives JavaScript as much memory as the limit says, beside what Node.js reserves for code', async () => {
      if (!backend.languages.includes('javascript')) return expect(backend.languages).toEqual(['python'])
      const main = `const kept = []
        for (let size = 0; size < 160; size += 8) kept.push(Buffer.alloc(8 << 20, 1))
        console.log('held')
        const all = Buffer.alloc(1 << 30, 1)
        console.log('too much')`
      const result = await pool?.run({ language: 'javascript', main, limits: { memoryBytes: 256 << 20 } })
      expect(result?.stdout.text).toBe('held\n')
      expect(result?.status).toMatch(/failed|memory|killed/)
    })

    it.skipIf(process.getuid?.() !== 0)('works for a user without rights as for root', async () => {
      const script = `import { chooseBackend, SandboxPool } from './sandbox/index.ts'
  const pool = new SandboxPool(await chooseBackend('${name}'), { size: 1 })
const { status, stdout } = await pool.run({ main: 'import os\\nprint(os.getuid(), os.getgid())' })
console.log(process.getuid(), status, stdout.text)
await pool.close()`
      const user = { uid: 1000, gid: 1000, env: { PATH: process.env.PATH, HOME: '/nonexistent' } }
      const args = ['--import', 'tsx', '--input-type=module', '-e', script]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, ...user })
      expect(stdout).toBe(`1000 ok ${name === 'gvisor' ? '0 0' : '65534 65534'}\n\n`)
    })

    it('ends with the process that started it, with everything inside', async () => {
      const script = `import { chooseBackend, SandboxPool } from './sandbox/index.ts'
  const pool = new SandboxPool(await chooseBackend('${name}'), { size: 1 })
void pool.start([{ main: 'while True: pass', limits: { timeoutMs: 600_000 } }]).then(() => console.log(pool.status.pids[0]))`
      const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: ROOT })
      const [first] = await once(owner.stdout, 'data')
      const worker = Number(first)
      expect(descendantsOf(worker)).toBeGreaterThanOrEqual(2)
      const inside = processesFrom(worker)
      owner.kill('SIGKILL')
      await until(() => inside.every((pid) => !existsSync(`/proc/${pid}`)))
      expect(inside.length).toBeGreaterThanOrEqual(3)
    })
  })

describe('the memory that Node.js reserves for code', () => {
  it('is its largest mapping that is written and executed, in whole units of V8', () => {
    const maps = `7f8852000000-7f8871d80000 rwxp 00000000 00:00 0
7f8871d80000-7f8871f95000 r-xp 00000000 00:00 0
7f8871f95000-7f8871fc0000 rwxp 00000000 00:00 0
7f8880000000-7f88c0000000 rw-p 00000000 00:00 0
`
    expect(largestReserved(maps)).toBe(512 << 20)
  })

  it('is nothing where pages become writable one by one', () => {
    expect(largestReserved('7f0af8003000-7f0af803f000 rwxp 00000000 00:00 0\n')).toBe(0)
    expect(largestReserved('')).toBe(0)
  })
})

const ROOT = new URL('../..', import.meta.url)

const FILES_ON_THEIR_WAY = `import array, socket, stepgym_channel, time
a, b = socket.socketpair()
a.setblocking(False)
try:
    for _ in range(100):
        a.sendmsg([b'x'], [(1, 1, array.array('i', [0] * 253))])
except OSError:
    pass
stepgym_channel.send(b'sent')
time.sleep(60)`
