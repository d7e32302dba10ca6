import { readFileSync } from 'node:fs'

/** A process and all under it, in the order of their starts: bubblewrap outside and inside, what it runs, and so on. */
export function processesFrom(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(processesFrom)]
}
