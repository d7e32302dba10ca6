import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { delimiter, join } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { JUDGES_MODULE } from '../judge/programs.ts'
import { NODE, nodeHere } from './node.ts'
import { assembled, filterOf } from './seccomp.ts'
import type { Machine } from './syscall-table.ts'
import { unprivilegedId } from './users.ts'

/** Python of the system, which runs all Python programs. */
export const PYTHON = '/usr/bin/python3'

/** A command line, and the files that it reads from the file descriptors 3, 4 and so on. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly inputs: readonly Buffer[]
}

/** What is missing on this machine for Python in bubblewrap; null where nothing is. */
export function problemHere(python = PYTHON): string | null {
  if (platform() !== 'linux') return `it needs Linux, and this is ${platform()}`
  if (machineHere() === null) return `its system call filter is for x86_64 and arm64, and this is ${arch()}`
  if (!existsSync(python)) return `there is no ${python}: install Python 3.9 or newer there`
  if (findProgram('bwrap') === null) return 'there is no `bwrap`: install the package `bubblewrap`'
  if (isRoot() && findProgram('setpriv') === null) return 'there is no `setpriv`: install the package `util-linux`'
  return null
}

const machineHere = (): Machine | null =>
  (({ x64: 'x86_64', arm64: 'aarch64' }) as const)[arch() as 'x64' | 'arm64'] ?? null

const isRoot = (): boolean => process.getuid?.() === 0

/** Path of a program that the variable `PATH` has. */
export function findProgram(name: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

/** A file that bubblewrap puts inside, read-only. */
export interface InnerFile {
  readonly path: string
  readonly content: Buffer
}

/** A command in bubblewrap, as an unprivileged user. @param options of bubblewrap, which come before the files */
export function boxed(options: readonly string[], files: readonly InnerFile[], inside: readonly string[]): Command {
  const data = files.flatMap(({ path }, at) => ['--ro-bind-data', `${3 + at}`, path])
  const whole = ['bwrap', ...SEALED, ...options, ...data, ...FROZEN, ...inside]
  const [file = '', ...args] = isRoot() ? [...asUser(unprivilegedId()), ...whole] : whole
  return { file, args, inputs: files.map(({ content }) => content) }
}

const asUser = (id: number): readonly string[] => [
  'setpriv',
  ...['--reuid', `${id}`, '--regid', `${id}`],
  ...['--clear-groups', '--no-new-privs', '--'],
]

/** Environment of programs. */
export const VARIABLES: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/opt',
  HOME: '/workspace',
  LANG: 'C.UTF-8',
  PYTHONUTF8: '1',
  // The order of sets is the same in every run.
  PYTHONHASHSEED: '0',
}

const SEALED = [
  ...['--unshare-all', '--die-with-parent', '--new-session', '--hostname', 'sandbox', '--clearenv'],
  ...Object.entries(VARIABLES).flatMap(([name, value]) => ['--setenv', name, value]),
  ...['--proc', '/proc', '--dev', '/dev', '--chdir', '/'],
]

/** No terminals, which all programs of a worker would share. */
const NO_TERMINALS = ['--tmpfs', '/dev/pts', '--remount-ro', '/dev/pts']

/** After it nothing that a program could write to outlives it. */
const FROZEN = [...NO_TERMINALS, '--remount-ro', '/dev', '--remount-ro', '/']

/** Options for the programs and libraries of the system and Node.js, read-only. @param root that they are below */
export const systemBelow = (root: string): readonly string[] => [
  ...['--ro-bind', '/usr', `${root}/usr`],
  ...['lib', 'lib64', 'bin'].flatMap((name) => systemFolder(`/${name}`, root)),
  ...['--ro-bind-try', '/etc/alternatives', `${root}/etc/alternatives`],
  ...nodeBelow(root),
]

function systemFolder(path: string, root: string): readonly string[] {
  if (!existsSync(path)) return []
  const isLink = lstatSync(path).isSymbolicLink()
  return isLink ? ['--symlink', readlinkSync(path), `${root}${path}`] : ['--ro-bind', path, `${root}${path}`]
}

function nodeBelow(root: string): readonly string[] {
  const path = nodeHere()
  return path === null ? [] : ['--ro-bind', path, `${root}${NODE}`]
}

const SHARED_MODULES = ['execution', 'frames', 'launch', 'rights', 'streams', 'workspace']

/**
 * Files that a supervisor in bubblewrap is made of: what all share, and Python modules of its own.
 * @throws GymError SANDBOX_UNAVAILABLE on a machine that the filter is not for
 */
export function supervisorFiles(folder: string, own: URL, modules: readonly string[]): readonly InnerFile[] {
  const python = (from: URL) => (name: string) => ({
    path: `${folder}/${name}.py`,
    content: readFileSync(new URL(`${name}.py`, from)),
  })
  return [
    ...SHARED_MODULES.map(python(new URL('./python/', import.meta.url))),
    ...modules.map(python(own)),
    python(new URL('../python/', import.meta.url))('run'),
    { path: `${folder}/stepgym_judges.py`, content: Buffer.from(JUDGES_MODULE) },
    { path: `${folder}/filter.bpf`, content: systemCallFilter() },
  ]
}

/** System call filter of programs, as the kernel of this machine reads it. @throws GymError SANDBOX_UNAVAILABLE where there is none */
export function systemCallFilter(): Buffer {
  const machine = machineHere()
  if (machine === null) throw new GymError('SANDBOX_UNAVAILABLE', `no system call filter for ${arch()}`)
  return assembled(filterOf(machine))
}
