import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { BACKENDS, tryBackend } from '../../sandbox/backends.ts'
import { ControlGroup, controllersAt, controllersHere, describedControllers } from '../../sandbox/linux/cgroups.ts'
import { SandboxPool } from '../../sandbox/pool.ts'
import { DEFAULT_LIMITS } from '../../sandbox/program.ts'
import { newFolder } from '../support/folder.ts'
import { until } from '../support/server/client.ts'

/** Folders and files of a mount of control groups. */
function mounted(files: Readonly<Record<string, string | null>>): string {
  const mount = newFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(mount, path, text === null ? '' : '..'), { recursive: true })
    if (text !== null) writeFileSync(join(mount, path), text)
  }
  return mount
}

const problems = (mount: string, membership: string) =>
  Object.fromEntries(
    controllersAt(mount, membership).map(({ name, version, problem }) => [`${name} ${version}`, problem]),
  )

describe('control groups', () => {
  it('of version 2 are used where the group of this process was delegated', () => {
    const mount = mounted({
      'cgroup.controllers': 'cpu memory pids\n',
      'app/cgroup.subtree_control': 'memory pids\n',
      'other/cgroup.subtree_control': '\n',
    })
    expect(problems(mount, '0::/app\n')).toEqual({ 'memory 2': null, 'pids 2': null })
    expect(problems(mount, '0::/other\n')['memory 2']).toBe(
      `${join(mount, 'other/cgroup.subtree_control')} does not name it`,
    )
    expect(problems(mount, '0::/nowhere\n')['pids 2']).toContain('does not name it')
  })

  it('of version 1 are used at the root alone: another group has a manager', () => {
    const mount = mounted({
      memory: null,
      'memory/app': null,
      'pids,misc': null,
      'unified/cgroup.controllers': 'hugetlb\n',
    })
    const membership = '5:memory:/app\n4:pids,misc:/\n0::/\n'
    expect(problems(mount, membership)).toEqual({
      'memory 1': 'this process is in the group /app, which has a manager',
      'pids 1': null,
    })
    expect(describedControllers(controllersAt(mount, membership))).toBe(
      'not memory: this process is in the group /app, which has a manager; pids (version 1)',
    )
  })

  it('are absent, with words for it, where the machine has none or their files are not there', () => {
    expect(controllersAt(mounted({}), '')).toEqual([])
    expect(controllersAt(mounted({ 'unified/cgroup.controllers': 'hugetlb' }), '0::/\n')).toEqual([])
    expect(describedControllers([])).toBe('none on this machine')
    const mount = mounted({})
    expect(problems(mount, '3:pids:/\n')).toEqual({ 'pids 1': `${join(mount, 'pids')} cannot be written` })
    expect(ControlGroup.make(controllersAt(mount, '3:pids:/\n'), OVERHEAD)).toBeNull()
  })

  it('limit what the processes of a program take together, above what the program may have', () => {
    const mount = mounted({ 'cgroup.controllers': 'memory pids', 'cgroup.subtree_control': 'memory pids' })
    const group = ControlGroup.make(controllersAt(mount, '0::/\n'), OVERHEAD)
    const [name = ''] = readdirSync(mount).filter((each) => each.startsWith(`stepgym-${process.pid}-`))
    group?.limit({ ...DEFAULT_LIMITS, processes: 7 }, 1000)
    const own = (file: string): string => readFileSync(join(mount, name, file), 'utf8')
    const { memoryBytes, workspaceBytes, outputBytes } = DEFAULT_LIMITS
    expect([own('pids.max'), own('memory.max')]).toEqual([
      '53',
      `${OVERHEAD.bytes + memoryBytes + 1000 + 3 * workspaceBytes + 4 * outputBytes}`,
    ])
    expect(group?.killed).toBe(0)
    writeFileSync(join(mount, name, 'memory.events'), 'low 0\noom 4\noom_kill 3\noom_group_kill 0\n')
    expect(group?.killed).toBe(3)
  })

  it('that an owner left behind are removed at the next start, and no others', () => {
    const mount = mounted({
      pids: null,
      'pids/stepgym-999999999-0': null,
      'pids/stepgym-999999999-1': null,
      'pids/other': null,
    })
    mkdirSync(join(mount, 'pids', `stepgym-${process.pid}-x`))
    const old = new Date(Date.now() - 3_600_000)
    for (const name of ['stepgym-999999999-0', 'other']) utimesSync(join(mount, 'pids', name), old, old)
    ControlGroup.make(controllersAt(mount, '3:pids:/\n'), OVERHEAD)
    const left = readdirSync(join(mount, 'pids')).filter((name) => /999999999|other|-x$/.test(name))
    expect(new Set(left)).toEqual(new Set(['other', 'stepgym-999999999-1', `stepgym-${process.pid}-x`]))
  })

  it('that an owner left behind have their processes ended, and no others', async () => {
    const sleeping = spawn('sleep', ['600'])
    const ended = once(sleeping, 'exit')
    const mount = mounted({ 'pids/stepgym-999999999-2/cgroup.procs': `0\n${sleeping.pid}\n` })
    const folder = join(mount, 'pids', 'stepgym-999999999-2')
    const make = () => ControlGroup.make(controllersAt(mount, '3:pids:/\n'), OVERHEAD)
    make()
    expect(sleeping.exitCode ?? sleeping.signalCode).toBeNull()
    utimesSync(folder, 0, 0)
    make()
    expect(await ended).toEqual([null, 'SIGKILL'])
  })
})

const OVERHEAD = { processes: 32, perProcess: 3, bytes: 1_000_000 }

const { backend, problem } = await tryBackend('zygote', BACKENDS.zygote)
const usable = controllersHere().filter((each) => each.problem === null)
const isHere = problem === null && usable.length > 0
if (!isHere) console.warn(`skipped: zygotes in control groups: ${problem ?? describedControllers(controllersHere())}`)

describe.skipIf(!isHere)('a zygote', () => {
  it('is in a control group of its own with all its processes, which ends with it', async () => {
    const pool = new SandboxPool(backend, { size: 1 })
    const [execution] = await pool.start([
      { main: 'import stepgym_channel\nstepgym_channel.receive()', limits: { processes: 5 } },
    ])
    const [pid] = pool.status.pids
    const [first] = usable
    const groupOf = (): string => readFileSync(`/proc/${pid}/cgroup`, 'utf8').match(/stepgym-\d+-\d+/)?.[0] ?? ''
    await until(() => groupOf() !== '')
    const path = groupOf()
    const folder = join(first?.folder ?? '', path)
    expect(path).toContain(`stepgym-${process.pid}-`)
    const members = readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n')
    expect(members.length).toBeGreaterThanOrEqual(4)
    expect(members).toContain(`${pid}`)
    if (first?.name === 'pids') expect(readFileSync(join(folder, 'pids.max'), 'utf8')).toBe('37\n')
    execution?.send(Buffer.from('go'))
    expect((await execution?.result)?.status).toBe('ok')
    await pool.close()
    await until(() => !existsSync(folder))
  })

  it('leaves no group where the process that owns it exits and has not closed it', async () => {
    const script = `import { readFileSync } from 'node:fs'
import { chooseBackend, SandboxPool } from './sandbox/index.ts'
const pool = new SandboxPool(await chooseBackend('zygote'), { size: 1 })
await pool.run({ main: '' })
console.log(readFileSync('/proc/' + pool.status.pids[0] + '/cgroup', 'utf8').match(/stepgym-\\d+-\\d+/)[0])`
    const args = ['--import', 'tsx', '--input-type=module', '-e', script]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: new URL('../..', import.meta.url) })
    expect(stdout).toMatch(/^stepgym-/)
    expect(usable.filter(({ folder }) => existsSync(join(folder, stdout.trim())))).toEqual([])
  })
})
