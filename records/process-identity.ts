import { readFileSync, readlinkSync } from 'node:fs'

/** A process, distinguished from an earlier one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in clock ticks since the machine did; null where the system does not say. */
  readonly startTicks: number | null
  /** Which start of which machine; null where the system does not say. */
  readonly boot: string | null
  /** Number of the namespace that its number is of, such as a container's; null where the system does not say. */
  readonly namespace: number | null
}

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startTicks: statOf(process.pid)?.startTicks ?? null,
  boot: bootOf(),
  namespace: namespaceOf(),
})

/** Whether the system can be asked for the process: not if it has its number on another machine, or in another container. */
export function isVisible({ boot, namespace }: ProcessIdentity): boolean {
  const differs = <T>(own: T | null, other: T | null): boolean => own !== null && other !== null && own !== other
  return !differs(bootOf(), boot) && !differs(namespaceOf(), namespace)
}

/**
 * Whether a visible process still runs. By its number alone where the system says nothing more: then a new process with the
 * number of the dead one is mistaken for it.
 */
export function isRunning({ pid, startTicks }: Pick<ProcessIdentity, 'pid' | 'startTicks'>): boolean {
  if (!hasProcess(pid)) return false
  const now = statOf(pid)
  if (now === null) return true
  return !now.isDead && (startTicks === null || startTicks === now.startTicks)
}

function hasProcess(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

interface ProcessStat {
  readonly startTicks: number
  /** A killed process keeps its number until its parent asks after it, and some parents take their time. */
  readonly isDead: boolean
}

/** Linux only: field 3 of `/proc/PID/stat` is the state, field 22 the start. */
function statOf(pid: number): ProcessStat | null {
  const text = systemText(`/proc/${pid}/stat`)
  if (text === null) return null
  const [state = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const startTicks = Number(rest[18])
  return Number.isSafeInteger(startTicks) ? { startTicks, isDead: state === 'Z' || state === 'X' } : null
}

function bootOf(): string | null {
  const id = systemText('/proc/sys/kernel/random/boot_id')
  return id === null ? null : id.trim().replaceAll('-', '')
}

function namespaceOf(): number | null {
  try {
    return Number(/\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid'))?.[1] ?? Number.NaN) || null
  } catch {
    return null
  }
}

function systemText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
