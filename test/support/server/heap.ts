import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const MIN_GAIN = 10_000

/** A function that collects garbage at once. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

/** Bytes on this thread's heap that something still holds on to: collected until nothing more is found. */
export async function heldBytes(): Promise<number> {
  const collect = garbageCollector()
  let held = Number.POSITIVE_INFINITY
  for (let before = held; ; before = held) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    held = process.memoryUsage().heapUsed
    if (before - held < MIN_GAIN) return Math.min(before, held)
  }
}
