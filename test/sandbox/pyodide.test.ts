import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkProgram } from '../../sandbox/program.ts'
import { PyodideBackend } from '../../sandbox/pyodide/index.ts'
import { endOrphans, ownedIn, titleOf } from '../../sandbox/pyodide/orphans.ts'
import { Capture } from '../../sandbox/result.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { until } from '../support/server/client.ts'

/** The rest of its contract is in the slow suite: a program takes a second to start. */
describe('pyodide', () => {
  it('runs a program in a process of its own, from which nothing leads to JavaScript', async () => {
    const backend = new PyodideBackend()
    const worker = await backend.startWorker()
    const main = `import gc
for name in ('js', 'pyodide_js'):
  try: __import__(name)
  except ModuleNotFoundError as error: print(error)
print([each for each in gc.get_objects() if type(each).__name__.startswith('JsProxy')])
open('new', 'w').write('x')`
    const { status, stdout, workspace } = await worker.start(checkProgram({ main })).result
    expect([status, stdout.text]).toEqual(['ok', "No module named 'js'\nNo module named 'pyodide_js'\n[]\n"])
    expect([...workspace.changed.keys()]).toEqual(['new'])
    expect(backend.versions.python).toMatch(/^CPython 3\.\d+\.\d+ \(Pyodide \d/)
    expect(() => worker.start(checkProgram({ main }))).toThrow(/has run a program/)
    expect(await worker.ended).toBe('it ended with 0')
  })
})

describe('processes of other owners', () => {
  it('are recognised by their title', () => {
    const list = `  1 /sbin/init\n 77 /usr/bin/node --permission ${titleOf(4321)} --no-warnings main.mjs\n 78 grep stepgym-sandbox\n 79 stepgym-sandbox-4322  \n 80 vi stepgym-sandbox-4323\n`
    expect(ownedIn(list)).toEqual([
      { pid: 77, owner: 4321 },
      { pid: 79, owner: 4322 },
    ])
  })
})

describe('processes whose owner has died', () => {
  const waiting = (owner: number) => spawn(process.execPath, [titleOf(owner), '-e', 'setInterval(() => {}, 60_000)'])

  it.skipIf(!existsSync('/proc/self'))('are ended at the next start, and no others', async () => {
    const gone = spawn(process.execPath, ['-e', ''])
    await once(gone, 'exit')
    const [orphan, own] = [waiting(Number(gone.pid)), waiting(process.pid)]
    closeAfterTest(() => orphan.kill('SIGKILL'))
    closeAfterTest(() => own.kill('SIGKILL'))
    const hasTitle = ({ pid }: ChildProcess): boolean =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('stepgym')
    await until(() => [orphan, own].every(hasTitle))
    const ended = once(orphan, 'exit')
    await endOrphans()
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect([own.exitCode, own.signalCode]).toEqual([null, null])
  })
})

describe('captured output', () => {
  it('keeps what fits, and says whether something did not', () => {
    const capture = new Capture(5)
    expect([capture.add(Buffer.from('abc')), capture.add(Buffer.from('de')), capture.output()]).toEqual([
      true,
      true,
      { text: 'abcde', isTruncated: false },
    ])
    expect([capture.add(Buffer.from('f')), capture.add(Buffer.from('')), capture.output()]).toEqual([
      false,
      false,
      { text: 'abcde', isTruncated: true },
    ])
  })
})
