import { execFile } from 'node:child_process'

/** Marks a process of ours, with the process that started it: `--title=stepgym-sandbox-1234`. */
export const titleOf = (owner: number): string => `--title=stepgym-sandbox-${owner}`

/** Ends processes whose owner has died while a program ran in them, which nothing else would end. */
export async function endOrphans(): Promise<void> {
  for (const { pid, owner } of await ownedProcesses()) if (!isAlive(owner)) end(pid)
}

interface Owned {
  readonly pid: number
  readonly owner: number
}

/** Empty where the system has no `ps`. */
function ownedProcesses(): Promise<readonly Owned[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pid=,args='], { maxBuffer: 64 * 1024 * 1024 }, (error, text) =>
      resolve(error ? [] : ownedIn(text)),
    )
  })
}

/** Systems show the title in place of the command line, or the command line that sets it. */
export const ownedIn = (text: string): readonly Owned[] =>
  [...text.matchAll(/^ *(\d+) (?:\S.* --title=)?stepgym-sandbox-(\d+)\b/gm)].map(([, pid, owner]) => ({
    pid: Number(pid),
    owner: Number(owner),
  }))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // Another user's process is alive, too.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended, or is another user's.
  }
}
