import { type ChildProcess, spawn } from 'node:child_process'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { systemCallFilter } from '../sandbox/linux/bubblewrap.ts'
import { DEFAULT_LIMITS } from '../sandbox/program.ts'

const NAMESPACES = ['--unshare-all', '--die-with-parent']

const SYSTEM = [
  ...['--ro-bind', '/usr', '/usr'],
  ...['--symlink', 'usr/lib', '/lib'],
  ...['--symlink', 'usr/lib64', '/lib64'],
  ...['--proc', '/proc', '--dev', '/dev'],
]

/** With these it is the fastest start that Python has. */
const PYTHON = ['/usr/bin/python3', '-I', '-S', '-c']

/** A program in a bubblewrap of its own, as the user that a zygote has, without limits, filter and results. */
export function coldBubblewrap(main: string): Promise<unknown> {
  const { file, args } = asUser(['bwrap', ...NAMESPACES, ...SYSTEM, '--tmpfs', '/tmp', '--clearenv', ...PYTHON, main])
  return ended(spawn(file, args, { stdio: 'ignore' }))
}

/** File of the filter, from which bubblewrap reads it. */
const FILTER = 3

/** The least that stops what a zygote stops: the same filter and limits, and file systems in memory with a size. */
const GUARDED = [
  ...['--new-session', '--hostname', 'sandbox', '--cap-drop', 'ALL', '--clearenv', '--seccomp', `${FILTER}`],
  ...['--size', `${DEFAULT_LIMITS.workspaceBytes}`, '--tmpfs', '/workspace'],
  ...['--size', `${DEFAULT_LIMITS.workspaceBytes}`, '--tmpfs', '/tmp'],
  ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', '/workspace'],
]

/** Set by the process itself before the program: one more command, as `prlimit`, would take longer. */
const LIMITS = `
import resource
for name, value in dict(
    DATA=${DEFAULT_LIMITS.memoryBytes}, AS=${DEFAULT_LIMITS.memoryBytes + 2 ** 28}, FSIZE=${DEFAULT_LIMITS.fileBytes},
    NOFILE=${DEFAULT_LIMITS.openFiles}, NPROC=${DEFAULT_LIMITS.processes}, CPU=${DEFAULT_LIMITS.timeoutMs / 1000 + 2}, MEMLOCK=0,
    MSGQUEUE=0, SIGPENDING=256,
).items():
    resource.setrlimit(getattr(resource, 'RLIMIT_' + name), (value, value))
`

/** The same with the layers that a zygote gives each program, and with what the program writes. */
export async function guardedBubblewrap(main: string): Promise<string> {
  const { file, args } = asUser(['bwrap', ...NAMESPACES, ...SYSTEM, ...GUARDED, ...PYTHON, LIMITS + main])
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const [, stdout, stderr, filter] = child.stdio
  if (!(filter instanceof Writable && stdout && stderr)) throw new Error('bubblewrap with all guards: no pipes')
  filter.end(filterBytes())
  const [output, problem] = await Promise.all([text(stdout), text(stderr), ended(child)])
  if (problem !== '') throw new Error(`bubblewrap with all guards: ${problem}`)
  return output
}

let bytes: Buffer | undefined
const filterBytes = (): Buffer => {
  bytes ??= systemCallFilter()
  return bytes
}

function asUser(inside: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
  const isRoot = process.getuid?.() === 0
  const drop = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--']
  const [file = '', ...args] = isRoot ? [...drop, ...inside] : inside
  return { file, args }
}

const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('close', resolve))
