import { type ChildProcess, spawn } from 'node:child_process'

/** A program of the operator: it runs with the operator's rights, outside of any sandbox. */
export interface ChildProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Variables that the process gets beside a few harmless ones, such as PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Names of variables of this process that it gets too: others, and the tokens in them, it does not. */
  readonly inherit: readonly string[]
  /** Working folder. @default that of this process */
  readonly cwd?: string
}

/** Variables that every child process gets, where this process has them. */
const HARMLESS = ['HOME', 'LANG', 'LC_ALL', 'PATH', 'SHELL', 'TEMP', 'TERM', 'TMPDIR', 'TZ', 'USER', 'SystemRoot']

/** Milliseconds that a process has to end: after its input ended, and after SIGTERM. */
const GRACE_MS = 400

/** Process groups that have not ended; they end with this process. */
const groups = new Set<number>()
let isWatching = false

/**
 * Starts a program in a process group of its own, so that it ends with everything that it started.
 * @throws Error where it cannot be started
 */
export async function startChild({ command, args, env, inherit, cwd }: ChildProgram): Promise<ChildProcess> {
  const own = [...HARMLESS, ...inherit].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const child = spawn(command, [...args], {
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(cwd !== undefined && { cwd }),
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  watch(child)
  return child
}

/** Ends a process: its input ends, then SIGTERM, then SIGKILL to all of its group. */
export async function endChild(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  if (!(await endsWithin(child, GRACE_MS))) {
    signal(child.pid, 'SIGTERM')
    await endsWithin(child, GRACE_MS)
  }
  signal(child.pid, 'SIGKILL')
  if (child.pid !== undefined) groups.delete(child.pid)
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

function endsWithin(child: ChildProcess, ms: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), ms)
    const onExit = (): void => end(true)
    const end = (isOver: boolean): void => {
      clearTimeout(timer)
      child.off('exit', onExit)
      resolve(isOver)
    }
    child.once('exit', onExit)
  })
}

/** A group whose leader has ended still has those that it started. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined || !groups.has(pid)) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name)
  } catch {
    // The group has ended.
  }
}

function watch({ pid }: ChildProcess): void {
  if (pid === undefined) return
  groups.add(pid)
  if (isWatching) return
  isWatching = true
  process.once('exit', () => {
    for (const group of groups) signal(group, 'SIGKILL')
  })
}
