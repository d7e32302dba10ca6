import { createHash, randomBytes } from 'node:crypto'
import type { Stem } from '../../core/branches.ts'
import { GymError } from '../../core/errors.ts'
import type { Snapshot } from '../../core/fork.ts'

/** A point to go back to, and who counts the futures that begin there. */
export interface Kept {
  readonly snapshot: Snapshot
  /** The episode that it is of; null for one that was opened from its sealed text. */
  readonly stem: Stem | null
  /** Counts a fresh fork and returns its number. */
  countFork(): number
}

/** Snapshots of one session by handle; beyond the limit the one unused longest is let go. */
export class Vault {
  readonly #limit: number
  readonly #isRestored: boolean
  /** In order of use. */
  readonly #kept = new Map<string, Kept>()

  /** @param isRestored whether its session had another vault, before the server was started anew */
  constructor(limit: number, isRestored: boolean) {
    this.#limit = limit
    this.#isRestored = isRestored
  }

  /** @returns Its handle. */
  keep(kept: Kept): string {
    return this.#put(randomBytes(12).toString('base64url'), kept)
  }

  /** @throws GymError SNAPSHOT_UNKNOWN */
  find(handle: string): Kept {
    const kept = this.#kept.get(handle)
    if (!kept) throw this.#unknown(handle)
    this.#put(handle, kept)
    return kept
  }

  /** One that was opened from its sealed text: opened again, it goes on counting its futures. */
  opened(text: string, open: () => Snapshot): Kept {
    const handle = createHash('sha256').update(text).digest('base64url')
    const kept = this.#kept.get(handle) ?? countingFrom(open())
    this.#put(handle, kept)
    return kept
  }

  /** @throws GymError SNAPSHOT_UNKNOWN */
  drop(handle: string): void {
    if (!this.#kept.delete(handle)) throw this.#unknown(handle)
  }

  #unknown(handle: string): GymError {
    const name = JSON.stringify(handle.slice(0, 100))
    const lost = `no snapshot ${name} is kept, and none is over a new start of the server: take another, or keep sealed ones`
    return new GymError('SNAPSHOT_UNKNOWN', this.#isRestored ? lost : `no snapshot ${name} is kept: take another`)
  }

  #put(handle: string, kept: Kept): string {
    this.#kept.delete(handle)
    this.#kept.set(handle, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#limit && oldest !== undefined) this.#kept.delete(oldest)
    return handle
  }
}

function countingFrom(snapshot: Snapshot): Kept {
  let { forks } = snapshot
  return { snapshot, stem: null, countFork: () => forks++ }
}
