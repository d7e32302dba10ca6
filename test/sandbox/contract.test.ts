import { afterAll, describe, expect, it } from 'vitest'
import { SandboxPool } from '../../sandbox/pool.ts'
import type { ExecutionResult, Files, Program } from '../../sandbox/types.ts'
import { IS_LONG } from '../support/long.ts'
import { backendsHere } from '../support/sandbox/backends.ts'

const text = (files: Files): Readonly<Record<string, string>> =>
  Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))
const filesOf = (texts: Readonly<Record<string, string>>): Files =>
  new Map(Object.entries(texts).map(([path, content]) => [path, Buffer.from(content)]))

for (const { name, backend, problem } of await backendsHere(IS_LONG))
  describe.skipIf(problem !== null)(`the back end ${name}`, () => {
    const pool = problem === null ? new SandboxPool(backend, { size: 2, warm: 2 }) : null
    afterAll(() => pool?.close())
    const run = (program: Program): Promise<ExecutionResult> => {
      if (pool === null) throw new Error('skipped')
      return pool.run(program)
    }

    it('runs a program, and returns what it writes', async () => {
      const { status, exitCode, stdout, stderr, ...rest } = await run({
        main: 'import sys\nprint("out", 6 * 7)\nprint("err", file=sys.stderr)',
      })
      expect([status, exitCode, stdout.text, stderr.text]).toEqual(['ok', 0, 'out 42\n', 'err\n'])
      expect(rest).toMatchObject({ signal: null, backend: name })
      expect(rest.durationMs).toBeGreaterThan(0)
    })

    it('gives it arguments and standard input, of any characters', async () => {
      const main = 'import sys\nprint(sys.argv[1:], sys.stdin.read(), input.__name__)'
      const { stdout } = await run({ main, args: ['a b', 'é\n', ''], stdin: 'line\nžluť' })
      expect(stdout.text).toBe("['a b', 'é\\n', ''] line\nžluť input\n")
    })

    it('shows where an exception was raised, with the line, and nothing of its own', async () => {
      const { status, exitCode, stderr } = await run({ main: 'def f():\n  return 1 / 0\nf()' })
      expect([status, exitCode]).toEqual(['failed', 1])
      expect(stderr.text).toMatch(/^Traceback \(most recent call last\):\n {2}File "<program>", line 3, in <module>/)
      expect(stderr.text).toContain('return 1 / 0')
      expect(stderr.text).toMatch(/ZeroDivisionError: division by zero\n$/)
    })

    it.each([
      ['sys.exit()', 'ok', 0],
      ['sys.exit(0)', 'ok', 0],
      ['sys.exit(3)', 'failed', 3],
      ['sys.exit("no")', 'failed', 1],
      ['exit(4)', 'failed', 4],
      ['raise KeyError(1)', 'failed', 1],
    ])('ends as Python does: %s is %s with %d', async (statement, status, exitCode) => {
      expect(await run({ main: `import sys\n${statement}` })).toMatchObject({ status, exitCode })
    })

    it('calls exit functions, and flushes what is buffered', async () => {
      const main = 'import atexit, sys\natexit.register(print, "bye")\nsys.stdout.write("no newline ")'
      expect((await run({ main })).stdout.text).toBe('no newline bye\n')
    })

    it.each([
      ['bytes that are not UTF-8', Buffer.from([0x70, 0xff, 0xfe, 0x28])],
      ['null bytes', Buffer.from('print(1)\0print(2)')],
      ['no program', Buffer.from('this is not Python')],
      ['an import of what is not there', Buffer.from('import not_there')],
    ])('runs source that is %s to a failure with a reason', async (_, main) => {
      const { status, exitCode, stderr } = await run({ main })
      expect([status, exitCode]).toEqual(['failed', 1])
      expect(stderr.text).toMatch(/Error/)
    })

    it('has random numbers of its own in each execution', async () => {
      const main =
        'import os, random, tempfile\nprint(random.random(), os.urandom(4).hex(), next(tempfile._get_candidate_names()))'
      const [first, second] = await Promise.all([run({ main }), run({ main })])
      const third = await run({ main })
      const drawn = [first, second, third].flatMap(({ stdout }) => stdout.text.trim().split(' '))
      expect(drawn).toHaveLength(9)
      expect(new Set(drawn).size).toBe(9)
    })

    it('runs source of megabytes', async () => {
      const main = `x = 1\n${'# a comment that is long\n'.repeat(100_000)}print(x)`
      expect((await run({ main })).stdout.text).toBe('1\n')
    })

    it('runs a file of the workspace, which imports another, and returns what changed', async () => {
      const files = filesOf({
        'main.py': 'import lib.part\n',
        'lib/part.py': PART,
        'old.txt': 'old',
        'same.txt': 'same',
      })
      const { status, stderr, workspace } = await run({ main: { file: 'main.py' }, files })
      expect([status, stderr.text]).toEqual(['ok', ''])
      expect(text(workspace.changed)).toEqual({ 'new/deep/file.txt': 'new', 'lib/data.txt': 'data' })
      expect(workspace.removed).toEqual(['old.txt'])
    })

    it('returns bytes of files as they are, and a file whose bytes changed', async () => {
      const main = 'open("a", "wb").write(bytes(range(256)))\nopen("b", "w").write("2")'
      const { workspace } = await run({ main, files: filesOf({ b: '1' }) })
      expect([...(workspace.changed.get('a') ?? [])]).toEqual(Array.from({ length: 256 }, (_, byte) => byte))
      expect(text(workspace.changed)).toMatchObject({ b: '2' })
    })

    it('does not follow a link out of the workspace', async () => {
      const { workspace } = await run({
        main: 'import os\nos.symlink("/etc/passwd", "link")\nos.symlink("/usr", "folder")',
      })
      expect([...workspace.changed.keys()]).toEqual([])
      expect([...workspace.skipped]).toEqual([
        ['folder', 'a symbolic link'],
        ['link', 'a symbolic link'],
      ])
    })

    it('leaves nothing for the next program', async () => {
      await run({ main: LEAVE })
      await run({ main: LEAVE })
      const { stdout, stderr } = await run({
        main: 'import os, sys\nprint(os.listdir("."), os.listdir("/tmp"), "left" in os.environ, sys.path[0])',
      })
      expect([stdout.text, stderr.text]).toEqual(['[] [] False /workspace\n', ''])
    })

    it('ends a program that runs too long, even if it catches everything', async () => {
      const main = 'while True:\n  try:\n    while True: pass\n  except BaseException: pass'
      const { status, exitCode, durationMs } = await run({ main, limits: { timeoutMs: 400 } })
      expect([status, exitCode]).toEqual(['timeout', null])
      expect(durationMs).toBeGreaterThanOrEqual(400)
    })

    it('keeps what was written before the end', async () => {
      const { status, stdout } = await run({
        main: 'print("so far", flush=True)\nwhile True: pass',
        limits: { timeoutMs: 1000 },
      })
      expect([status, stdout.text]).toEqual(['timeout', 'so far\n'])
    })

    it('ends a program that writes too much, with what fits', async () => {
      const { status, stdout } = await run({ main: 'while True: print("x" * 999)', limits: { outputBytes: 5000 } })
      expect([status, stdout.isTruncated, stdout.text.length]).toEqual(['output', true, 5000])
    })

    it('takes output of exactly the limit', async () => {
      const { status, stdout } = await run({ main: 'print("x" * 4999)', limits: { outputBytes: 5000 } })
      expect([status, stdout.isTruncated, stdout.text.length]).toEqual(['ok', false, 5000])
    })

    it('replaces bytes of output that are not UTF-8', async () => {
      const { stdout } = await run({ main: 'import sys\nsys.stdout.buffer.write(b"a\\xff\\xfeb\\x00")' })
      expect(stdout.text).toBe('a\ufffd\ufffdb\0')
    })

    it('takes a result that the program prints for its output', async () => {
      const fake = '{"status": "ok", "exitCode": 0, "tests": [true]}'
      const { status, exitCode, stdout } = await run({ main: `print('${fake}', flush=True)\nraise SystemExit(9)` })
      expect([status, exitCode, stdout.text]).toEqual(['failed', 9, `${fake}\n`])
    })

    it('passes messages both ways, beside the output', async () => {
      const [execution] = (await pool?.start([{ main: ECHO }])) ?? []
      for (const message of ['one', '', 'x'.repeat(100_000)]) {
        execution?.send(Buffer.from(message))
        expect(Buffer.from((await execution?.receive()) ?? 'none').toString()).toBe(message.toUpperCase())
      }
      execution?.send(Buffer.from('end'))
      expect(await execution?.receive()).toBe(null)
      expect(await execution?.result).toMatchObject({ status: 'ok', stdout: { text: 'ended\n' } })
    })

    it('ends a program whose messages are too much', async () => {
      const main = 'import stepgym_channel\nwhile True: stepgym_channel.send(b"x" * 1000)'
      const [execution] = (await pool?.start([{ main, limits: { messageBytes: 10_000 } }])) ?? []
      expect((await execution?.result)?.status).toBe('output')
    })

    it('cancels a program', async () => {
      const [execution] = (await pool?.start([{ main: 'while True: pass' }])) ?? []
      execution?.cancel()
      expect((await execution?.result)?.status).toBe('cancelled')
    })
  })

const PART = `import os
os.makedirs("new/deep")
open("new/deep/file.txt", "w").write("new")
open("lib/data.txt", "w").write("data")
os.remove("old.txt")
open("same.txt", "w").write("same")
`

const LEAVE = `import builtins, os, sys
for folder in (".", "/tmp"):
    open(os.path.join(folder, "left"), "w").write("left")
os.environ["left"] = "1"
builtins.print = None
sys.path.insert(0, "/left")
`

const ECHO = `import stepgym_channel
while (message := stepgym_channel.receive()) != b"end":
    stepgym_channel.send(message.upper())
print("ended")
`
