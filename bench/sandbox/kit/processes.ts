import { readFileSync } from 'node:fs'

/** Milliseconds in which Linux counts processor time. */
const TICK_MS = 10

/** A process and all under it. */
export function processesUnder(pid: number): readonly number[] {
  const children = processFile(pid, `task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => processesUnder(Number(child)))]
}

/** Bytes of a process; what several share counts for each of them in part. */
export const proportionalBytes = (pid: number): number =>
  1024 * Number(/^Pss: +(\d+)/m.exec(processFile(pid, 'smaps_rollup'))?.[1] ?? 0)

/** Milliseconds of processor time of a process, and of those under it that have ended. */
export function processorMs(pid: number): number {
  const stat = processFile(pid, 'stat')
  const times = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
  return TICK_MS * times.reduce((sum, ticks) => sum + Number(ticks), 0)
}

/** Empty where the process has just ended. */
function processFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
