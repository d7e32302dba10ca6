import { createHash, randomBytes } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import type { Snapshot } from '../../../core/episode/fork.ts'
import type { SharedPrefix } from '../../../core/rollout/branches.ts'

/** A point to go back to, and who counts the futures that begin there. */
export interface StoredSnapshot {
  readonly snapshot: Snapshot
  /** The episode that it is of; null for one that was opened from its sealed text. */
  readonly prefix: SharedPrefix | null
  /** Counts a fresh fork and returns its number. */
  countFork(): number
}

/** Snapshots of one session by handle; beyond the limit the least recently used is discarded. */
export class SnapshotStore {
  readonly #limit: number
  readonly #isRestored: boolean
  /** In order of use. */
  readonly #kept = new Map<string, StoredSnapshot>()

  /** @param isRestored whether its session had another store before the server was restarted */
  constructor(limit: number, isRestored: boolean) {
    this.#limit = limit
    this.#isRestored = isRestored
  }

  /** @returns Its handle. */
  keep(kept: StoredSnapshot): string {
    return this.#put(randomBytes(12).toString('base64url'), kept)
  }

  /** @throws GymError SNAPSHOT_UNKNOWN */
  find(handle: string): StoredSnapshot {
    const kept = this.#kept.get(handle)
    if (!kept) throw this.#unknown(handle)
    this.#put(handle, kept)
    return kept
  }

  /** Snapshot opened from its sealed text: opened again, it continues counting its forks. */
  opened(text: string, open: () => Snapshot): StoredSnapshot {
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

  #put(handle: string, kept: StoredSnapshot): string {
    this.#kept.delete(handle)
    this.#kept.set(handle, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > this.#limit && oldest !== undefined) this.#kept.delete(oldest)
    return handle
  }
}

function countingFrom(snapshot: Snapshot): StoredSnapshot {
  let { forks } = snapshot
  return { snapshot, prefix: null, countFork: () => forks++ }
}
