import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs'
import { withFile } from './files.ts'

/** Milliseconds from one sign of life of a holder to the next. */
const RENEWAL_MS = 1000

/** Milliseconds without a sign of life after which a holder may be replaced that cannot be seen otherwise. */
export const LEASE_MS = 5000

/**
 * Sign of life of the holder of a lock, for those who cannot see its process: the file of the lock is written every
 * second, and before what it protects is. It is kept open: that it has no name any more says that the lock was taken
 * away, however long the process was paused meanwhile.
 */
export class Lease {
  readonly #fd: number
  readonly #timer: NodeJS.Timeout
  #renewedAt = performance.now()
  #hasEnded = false

  /** @param path file of the lock, in its place */
  constructor(path: string) {
    this.#fd = openSync(path, 'r+')
    this.#timer = setInterval(() => this.#renew(), RENEWAL_MS).unref()
  }

  /** Whether the lock was not taken away. */
  isHeld(): boolean {
    if (this.#hasEnded) return false
    if (performance.now() - this.#renewedAt > RENEWAL_MS) this.#renew()
    try {
      return fstatSync(this.#fd).nlink > 0
    } catch {
      // A file that was removed over a network is no longer known.
      return false
    }
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    clearInterval(this.#timer)
    closeSync(this.#fd)
  }

  #renew(): void {
    this.#renewedAt = performance.now()
    try {
      touch(this.#fd)
    } catch {
      // A full disk shows where the folder is written.
    }
  }
}

/** By the clock of the file system: clocks of machines differ. */
const touch = (fd: number): number => writeSync(fd, '.', 0)

/**
 * Milliseconds since the file of a lock was written, by the clock that stamps it and the file `own`, which is written for
 * it; negative where that clock was put back.
 */
export function leaseAge(path: string, own: string): number {
  withFile(own, 'r+', touch)
  return statSync(own).mtimeMs - statSync(path).mtimeMs
}
