import type { ChildProcess } from 'node:child_process'

/** How the groups that still have processes are ended. */
const open = new Set<() => void>()

/**
 * The processes that a child starts before they have a session of their own, and the child: bubblewrap's second process
 * waits without end for the first one where that is killed in its first milliseconds.
 */
export class ProcessGroup {
  readonly #child: ChildProcess

  /** @param child started with `detached`, so that it leads a group; its processes end where this process exits before */
  constructor(child: ChildProcess) {
    this.#child = child
    const end = (): void => this.end()
    endAtExit(end)
    // While one of them is left, the number of the group belongs to no other.
    child.once('exit', () => kill(child.pid))
    child.once('close', () => forget(end))
  }

  /** Kills all of them at once. */
  end(): void {
    const { exitCode, signalCode, pid } = this.#child
    if (exitCode === null && signalCode === null) kill(pid)
  }
}

function kill(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // All have ended.
  }
}

function endAtExit(end: () => void): void {
  if (open.size === 0) process.on('exit', endOpen)
  open.add(end)
}

function forget(end: () => void): void {
  if (open.delete(end) && open.size === 0) process.off('exit', endOpen)
}

function endOpen(): void {
  for (const end of open) end()
}
