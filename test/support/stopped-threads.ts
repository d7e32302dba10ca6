import { Worker } from 'node:worker_threads'
import { expect } from 'vitest'
import { closeAfterTest } from './cleanup.ts'

/** Threads that are sent something from now on: they do not receive it, and end when the test says so. */
export function stoppedThreads() {
  const stopped = new Set<Worker>()
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function post() {
    stopped.add(this)
  }
  const restore = (): void => {
    Worker.prototype.postMessage = postMessage
  }
  closeAfterTest(restore)
  const end = async (): Promise<void> => {
    await expect.poll(() => stopped.size).toBeGreaterThan(0)
    restore()
    await Promise.all([...stopped].map((worker) => worker.terminate()))
  }
  return { end }
}
