import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { JUDGES_MODULE } from '../judge/programs.ts'
import type { Interpreter } from './frames.ts'
import { assembled, filterOf } from './seccomp.ts'
import type { Machine } from './syscall-table.ts'

/** User that programs run as where this process is root: it owns nothing. */
const UNPRIVILEGED_ID = '65534'
const PYTHON = '/usr/bin/python3'
/** Where Node.js is inside, wherever it is outside. */
const NODE = '/opt/node'
const MIB = 2 ** 20
/** V8 reserves memory for code in multiples of this size. */
const CODE_UNIT = 64 * MIB

const MODULES = ['main', 'frames', 'forker', 'isolate', 'supervise', 'streams', 'program', 'memory', 'workspace']

/** A command line, and the files that it reads from the file descriptors 3, 4 and so on. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly inputs: readonly Buffer[]
}

/** What is missing on this machine for a zygote; null where nothing is. */
export function problemHere(python = PYTHON): string | null {
  if (platform() !== 'linux') return `it needs Linux, and this is ${platform()}`
  if (machineHere() === null) return `its system call filter is for x86_64 and arm64, and this is ${arch()}`
  if (!existsSync(python)) return `there is no ${python}: install Python 3.9 or newer there`
  if (findProgram('bwrap') === null) return 'there is no `bwrap`: install the package `bubblewrap`'
  if (isRoot() && findProgram('setpriv') === null) return 'there is no `setpriv`: install the package `util-linux`'
  return null
}

export const machineHere = (): Machine | null =>
  (({ x64: 'x86_64', arm64: 'aarch64' }) as const)[arch() as 'x64' | 'arm64'] ?? null

const isRoot = (): boolean => process.getuid?.() === 0

/** Path of a program that the variable `PATH` has. */
export function findProgram(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

/** Node.js of this process, if an unprivileged user can run it. */
export function nodeHere(): string | null {
  const folders: string[] = []
  for (let at = dirname(process.execPath); at !== '/'; at = dirname(at)) folders.push(at)
  return [process.execPath, ...folders].every((path) => (lstatSync(path).mode & 1) === 1) ? process.execPath : null
}

/** Node.js as the interpreter of a program. */
export function nodeInside(): Interpreter {
  reservedBytes ??= largestReserved(readFileSync('/proc/self/maps', 'utf8'))
  return { path: NODE, reservedBytes }
}
let reservedBytes: number | null = null

/** Bytes of the largest mapping for code that is written and executed at once, whole with what V8 has changed at its ends. */
export function largestReserved(maps: string): number {
  const ranges = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rwxp /gm)
  const sizes = [...ranges].map(([, low = '', high = '']) => Number.parseInt(high, 16) - Number.parseInt(low, 16))
  const largest = Math.max(0, ...sizes)
  return largest < CODE_UNIT / 2 ? 0 : Math.ceil(largest / CODE_UNIT) * CODE_UNIT
}

/** The command that starts a zygote inside bubblewrap, as an unprivileged user. */
export function zygoteCommand(machine: Machine): Command {
  const inputs = [...MODULES.map(moduleText), RUN, Buffer.from(JUDGES_MODULE), assembled(filterOf(machine))]
  const names = [...MODULES.map((name) => `${name}.py`), 'run.py', 'stepgym_judges.py', 'filter.bpf']
  const data = names.flatMap((name, at) => ['--ro-bind-data', `${3 + at}`, `/sandbox/${name}`])
  const inside = [
    'bwrap',
    ...SEALED,
    ...system(),
    ...node(),
    ...data,
    ...FROZEN,
    PYTHON,
    '-s',
    '-B',
    '-u',
    '/sandbox/main.py',
  ]
  const [file = '', ...args] = isRoot() ? [...AS_UNPRIVILEGED, ...inside] : inside
  return { file, args, inputs }
}

/** What every back end runs Python by. */
export const RUN = readFileSync(new URL('../python/run.py', import.meta.url))

const moduleText = (name: string): Buffer => readFileSync(new URL(`./python/${name}.py`, import.meta.url))

const AS_UNPRIVILEGED = [
  'setpriv',
  '--reuid',
  UNPRIVILEGED_ID,
  '--regid',
  UNPRIVILEGED_ID,
  '--clear-groups',
  '--no-new-privs',
  '--',
]

const VARIABLES = {
  PATH: '/usr/bin:/opt',
  HOME: '/workspace',
  LANG: 'C.UTF-8',
  PYTHONUTF8: '1',
  // The order of sets is the same in every run.
  PYTHONHASHSEED: '0',
  // What is bound before a fork does not cost each program a search for symbols.
  LD_BIND_NOW: '1',
}

const SEALED = [
  ...[
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--hostname',
    'sandbox',
    '--clearenv',
  ],
  ...Object.entries(VARIABLES).flatMap(([name, value]) => ['--setenv', name, value]),
  ...['--proc', '/proc', '--dev', '/dev', '--perms', '0700', '--dir', '/workspace', '--dir', '/tmp', '--chdir', '/'],
]

/** No terminals, which all programs of a zygote would share. */
const NO_TERMINALS = ['--tmpfs', '/dev/pts', '--remount-ro', '/dev/pts']

/** After it nothing that a program could write to outlives it: its own `/workspace`, `/tmp` and `/dev/shm` are mounted over these. */
const FROZEN = [...NO_TERMINALS, '--remount-ro', '/dev', '--remount-ro', '/']

/** The system's programs and libraries, read-only. */
const system = (): readonly string[] => [
  ...['--ro-bind', '/usr', '/usr'],
  ...['lib', 'lib64', 'bin'].flatMap((name) => systemFolder(`/${name}`)),
  ...['--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
]

function systemFolder(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

const node = (): readonly string[] => {
  const path = nodeHere()
  return path === null ? [] : ['--ro-bind', path, NODE]
}
