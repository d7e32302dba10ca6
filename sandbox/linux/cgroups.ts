import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { Limits } from '../types.ts'

/** A controller of control groups, and where groups of it may be made. */
export interface Controller {
  readonly name: 'memory' | 'pids'
  readonly version: 1 | 2
  readonly folder: string
  /** Why none may be made there; null where they may. */
  readonly problem: string | null
}

const MOUNT = '/sys/fs/cgroup'

/**
 * The controllers for memory and processes, as far as this machine has them. A group may be made in the group of this
 * process where that was delegated to it: under version 2 its `cgroup.subtree_control` names the controller; under version
 * 1 it is the root, as any other has a manager of its own.
 * @param mount of the file systems of control groups
 * @param membership as `/proc/self/cgroup` has it
 */
export function controllersAt(mount: string, membership: string): readonly Controller[] {
  const groups = membership.split('\n').map((line) => line.split(':'))
  return (['memory', 'pids'] as const).flatMap((name) => {
    const first = groups.find(([, names = '']) => names.split(',').includes(name))
    if (first) return [firstVersion(name, join(mount, first[1] ?? ''), first.slice(2).join(':'))]
    const second = groups.find(([number, names]) => number === '0' && names === '')
    return second ? secondVersion(name, mount, second.slice(2).join(':')) : []
  })
}

function firstVersion(name: Controller['name'], folder: string, path: string): Controller {
  const problem = path === '/' ? problemOfWriting(folder) : `this process is in the group ${path}, which has a manager`
  return { name, version: 1, folder, problem }
}

function secondVersion(name: Controller['name'], mount: string, path: string): readonly Controller[] {
  const root = existsSync(join(mount, 'cgroup.controllers')) ? mount : join(mount, 'unified')
  const folder = join(root, path)
  if (!wordsIn(join(root, 'cgroup.controllers')).includes(name)) return []
  const isDelegated = wordsIn(join(folder, 'cgroup.subtree_control')).includes(name)
  const problem = isDelegated ? problemOfWriting(folder) : `${join(folder, 'cgroup.subtree_control')} does not name it`
  return [{ name, version: 2, folder, problem }]
}

const wordsIn = (file: string): readonly string[] => textOf(file).split(/\s+/)

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function problemOfWriting(folder: string): string | null {
  try {
    accessSync(folder, constants.W_OK)
    return null
  } catch {
    return `${folder} cannot be written`
  }
}

let here: readonly Controller[] | null = null

/** The controllers of this machine, found once. */
export function controllersHere(): readonly Controller[] {
  here ??= controllersAt(MOUNT, textOf('/proc/self/cgroup'))
  return here
}

/** Which controllers limit programs here, and why others do not: one line, for people. */
export function describedControllers(controllers: readonly Controller[]): string {
  if (controllers.length === 0) return 'none on this machine'
  return controllers
    .map(({ name, version, problem }) =>
      problem === null ? `${name} (version ${version})` : `not ${name}: ${problem}`,
    )
    .join('; ')
}

/** What a worker takes beside its program, at most. */
export interface Overhead {
  /** Processes and threads. */
  readonly processes: number
  /** Processes and threads of the host for each of the program. */
  readonly perProcess: number
  readonly bytes: number
}

/** Milliseconds after which a group that nothing is in belongs to an owner that has died. */
const STALE_MS = 60_000

/** Threads of one process count apart: a group that one of them still removes is not another's. */
let count = 1_000_000 * threadId

/**
 * A control group for the processes of one worker. Its limits are above those that the program has by itself, and hold
 * where these are late: what its processes take together within a moment.
 */
export class ControlGroup {
  readonly #parts: readonly Controller[]
  readonly #overhead: Overhead
  readonly #written = new Map<Controller, number>()

  private constructor(parts: readonly Controller[], overhead: Overhead) {
    this.#parts = parts
    this.#overhead = overhead
  }

  /** A new group of the controllers that can be used; null where there is none. */
  static make(controllers: readonly Controller[], overhead: Overhead): ControlGroup | null {
    const name = `stepgym-${process.pid}-${count++}`
    const usable = controllers.filter(({ problem }) => problem === null)
    // Controllers of version 2 have one folder together.
    const made = new Set(
      [...new Set(usable.map(({ folder }) => folder))].filter((each) => isMade(each, join(each, name))),
    )
    const parts = usable.flatMap((each) =>
      made.has(each.folder) ? [{ ...each, folder: join(each.folder, name) }] : [],
    )
    return parts.length === 0 ? null : new ControlGroup(parts, overhead)
  }

  /** The command, run as a member from its first moment. It exits with `JOIN_FAILED` where it cannot become one. */
  joining(file: string, args: readonly string[]): { readonly file: string; readonly args: readonly string[] } {
    const members = [...new Set(this.#parts.map(({ folder }) => join(folder, 'cgroup.procs')))]
    return { file: 'sh', args: ['-c', JOIN, 'sh', `${members.length}`, ...members, file, ...args] }
  }

  /** Limits for the next program. @param reservedBytes that its interpreter reserves as data */
  limit({ memoryBytes, workspaceBytes, outputBytes, processes }: Limits, reservedBytes: number): void {
    // Files of the workspace and of `/tmp` are memory, and the supervisor holds copies of what comes back.
    const own = this.#overhead
    const bytes = own.bytes + memoryBytes + reservedBytes + 3 * workspaceBytes + 4 * outputBytes
    const pids = own.processes + own.perProcess * processes
    for (const part of this.#parts) this.#write(part, part.name === 'pids' ? pids : bytes)
  }

  /** Most programs have the limit of the one before. */
  #write(part: Controller, value: number): void {
    if (this.#written.get(part) === value) return
    this.#written.set(part, value)
    const memory = part.version === 2 ? 'memory.max' : 'memory.limit_in_bytes'
    write(part.folder, part.name === 'pids' ? 'pids.max' : memory, value)
  }

  /** Processes of the group that were ended for lack of memory, so far. */
  get killed(): number {
    const memory = this.#parts.find(({ name }) => name === 'memory')
    if (memory === undefined) return 0
    const text = textOf(join(memory.folder, memory.version === 2 ? 'memory.events' : 'memory.oom_control'))
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
  }

  /** Ends the processes of the group and removes it where this process exits before. @param end of the processes */
  removeAtExit(end: () => void): void {
    if (open.size === 0) process.on('exit', removeOpen)
    open.set(this, end)
  }

  /** Removes the group, once its processes have ended; what is left behind, the start of another one removes. */
  remove(attempts = REMOVAL_ATTEMPTS): void {
    if (!this.removeNow() && attempts > 0) {
      setTimeout(() => this.remove(attempts - 1), REMOVAL_MS).unref()
      return
    }
    if (open.delete(this) && open.size === 0) process.off('exit', removeOpen)
  }

  /** Whether nothing of the group is left. */
  removeNow(): boolean {
    return this.#parts.filter(({ folder }) => !isRemoved(folder)).length === 0
  }
}

const REMOVAL_MS = 50
/** Half a minute: on a busy machine the kernel takes seconds for the last processes of a container. */
const REMOVAL_ATTEMPTS = 600

/** Groups that are not removed yet, and how their processes are ended. */
const open = new Map<ControlGroup, () => void>()
/** Milliseconds that an exit waits for the end of processes at most, in short turns: nothing else runs any more. */
const EXIT_MS = 2000
const TURN_MS = 5

function removeOpen(): void {
  for (const end of open.values()) end()
  let left = [...open.keys()]
  for (let ms = 0; ms < EXIT_MS && left.length > 0; ms += TURN_MS) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TURN_MS)
    left = left.filter((group) => !group.removeNow())
  }
}

/** Exit code of a command that could not join its group. */
export const JOIN_FAILED = 73

const JOIN = `n=$1; shift
while [ "$n" -gt 0 ]; do echo 0 > "$1" || exit ${JOIN_FAILED}; shift; n=$((n - 1)); done
exec "$@"`

function isMade(parent: string, folder: string): boolean {
  try {
    for (const each of readdirSync(parent)) if (isStale(parent, each)) sweep(join(parent, each))
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

function isStale(parent: string, name: string): boolean {
  const [, owner] = /^stepgym-(\d+)-\d+$/.exec(name) ?? []
  if (owner === undefined || existsSync(`/proc/${owner}`)) return false
  return Date.now() - statSync(join(parent, name)).mtimeMs > STALE_MS
}

/** Removes the group of an owner that has died, and what it may have left: a worker in its first moments. */
function sweep(folder: string): void {
  // 0 is a process that this one cannot see: to `kill` it would mean this one.
  const pids = textOf(join(folder, 'cgroup.procs')).split('\n').map(Number)
  for (const pid of pids.filter((each) => each > 0)) kill(pid)
  isRemoved(folder)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, or is another user's.
  }
}

/** False where processes are still in it. */
function isRemoved(folder: string): boolean {
  try {
    if (existsSync(folder)) rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/** A limit that cannot be lowered at once stays as it is: the program's own limits hold as well. */
function write(folder: string, file: string, value: number): void {
  try {
    writeFileSync(join(folder, file), `${value}`)
  } catch {
    // See above.
  }
}
