import { describe, expect, it } from 'vitest'
import { descendantsOf } from '../../sandbox/attacks/outside.ts'
import { BACKENDS, tryBackend } from '../../sandbox/backends.ts'
import { checkProgram } from '../../sandbox/program.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { processesFrom } from '../support/sandbox/processes.ts'

const { backend, problem } = await tryBackend('gvisor', BACKENDS.gvisor)
if (problem !== null) console.warn(`skipped: gvisor: ${problem}`)

/** The rest of its contract is in the slow suite: a container takes half a second to start. */
describe.skipIf(problem !== null)('a container of gVisor', () => {
  const started = async () => {
    const worker = await backend.startWorker()
    closeAfterTest(() => worker.end())
    return worker
  }

  it('runs a program as a user whose rights are gone, also after it starts another program', async () => {
    const worker = await started()
    const program = checkProgram({ main: { file: 'probe.py' }, files: new Map([['probe.py', Buffer.from(PROBE)]]) })
    const { status, stdout, stderr } = await worker.start(program).result
    expect([status, stderr.text]).toEqual(['ok', ''])
    const [first, second] = JSON.parse(stdout.text)
    expect(first).toEqual({
      'read a closed file': 'EACCES',
      'remove a device': 'EACCES',
      'permit devices': 'EPERM',
      'permit processes': 'EPERM',
      'permit settings': 'EROFS',
      'list settings': 'EACCES',
      'list processes': [],
      'change the supervisor': 'EROFS',
      'end the supervisor': 'EPERM',
      'give a file away': 'EPERM',
      'be faster': 'EPERM',
    })
    expect(second).toEqual(first)
  })

  it('runs one program, and ends after it with all its processes', async () => {
    const worker = await started()
    const inside = processesFrom(Number(worker.pid)).length
    const { status, workspace } = await worker.start(checkProgram({ main: 'open("new", "w").close()' })).result
    expect([status, [...workspace.changed.keys()]]).toEqual(['ok', ['new']])
    expect(inside).toBeGreaterThan(4)
    expect(await worker.ended).toBe('it ended with 0')
    expect(descendantsOf(worker.pid)).toBe(0)
    expect(() => worker.start(checkProgram({ main: '' }))).toThrow(
      /gVisor container runs another program, or has ended/,
    )
  })

  it('names gVisor and its release for manifests', async () => {
    expect(backend.versions).toMatchObject({
      python: expect.stringMatching(/^CPython 3/),
      gvisor: expect.stringMatching(/^runsc \S/),
    })
  })

  it('fails the program, and says so, where it is ended from outside', async () => {
    const worker = await started()
    const execution = worker.start(checkProgram({ main: 'import time\ntime.sleep(600)' }))
    const [, , boot = 0] = processesFrom(Number(worker.pid))
    process.kill(boot, 'SIGKILL')
    await expect(execution.result).rejects.toThrow(/the gVisor container could not run a program: it ended with/)
  })
})

const PROBE = `import errno, json, os, subprocess, sys

def met(action):
    try:
        return action()
    except OSError as error:
        return errno.errorcode[error.errno]

def rights():
    with open('own', 'w') as file:
        os.fchmod(file.fileno(), 0)
    return {
        'read a closed file': met(lambda: open('own').read()),
        'remove a device': met(lambda: os.unlink('/dev/null')),
        'permit devices': met(lambda: os.chmod('/dev', 0o777)),
        'permit processes': met(lambda: os.chmod('/proc', 0o777)),
        'permit settings': met(lambda: os.chmod('/sys', 0o777)),
        'list settings': met(lambda: os.listdir('/sys')),
        'list processes': met(lambda: os.listdir('/proc')),
        'change the supervisor': met(lambda: os.chmod('/sandbox/main.py', 0o777)),
        'end the supervisor': met(lambda: os.kill(1, 9)),
        'give a file away': met(lambda: os.chown('own', 5, 5)),
        'be faster': met(lambda: os.setpriority(os.PRIO_PROCESS, 0, -5)),
    }

if len(sys.argv) > 1:
    print(json.dumps(rights()))
else:
    here = rights()
    os.remove('own')
    there = subprocess.run(['/usr/bin/python3', 'probe.py', 'again'], capture_output=True, check=True)
    print(json.dumps([here, json.loads(there.stdout)]))
`
