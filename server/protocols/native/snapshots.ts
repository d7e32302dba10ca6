import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import { parseOwnJson } from '../../../core/data/json.ts'
import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Move } from '../../../core/data/types.ts'
import type { Snapshot } from '../../../core/episode/fork.ts'
import { movesOf, pastOf } from '../../../core/episode/progress.ts'
import type { World } from '../../../core/episode/world.ts'
import type { SharedPrefix } from '../../../core/rollout/branches.ts'
import type { Limits } from '../../limits.ts'
import type { ByteBudget, Holder } from '../../transport/byte-budget.ts'

/** A snapshot, and the counter of the forks that start from it. */
export interface StoredSnapshot {
  readonly snapshot: Snapshot
  /** The episode that it is of; null for one that was opened from its sealed text. */
  readonly prefix: SharedPrefix | null
  /** Counts a fresh fork and returns its number. */
  countFork(): number
}

export type SnapshotLimits = Pick<Limits, 'snapshots' | 'snapshotBytes'>

/**
 * Snapshots of one session by handle. Beyond `snapshots`, `snapshotBytes` or, of all sessions, `snapshotBytesInAll`,
 * the least recently used is discarded.
 */
export class SnapshotStore implements Holder {
  readonly #limits: SnapshotLimits
  readonly #budget: ByteBudget
  readonly #earlier: EarlierSnapshots | null
  /** In order of use. */
  readonly #kept = new Map<string, StoredSnapshot>()
  /** Earlier ones that were dropped since the restart. */
  readonly #dropped = new Set<string>()
  readonly #shared = new SharedBytes()

  /**
   * @param budget of the snapshots of all sessions
   * @param earlier those that its session had before the server was restarted; null for a session that began since
   */
  constructor(limits: SnapshotLimits, budget: ByteBudget, earlier: EarlierSnapshots | null) {
    this.#limits = limits
    this.#budget = budget
    this.#earlier = earlier
    budget.add(this)
  }

  /** Bytes of what is kept, as JSON; what snapshots share counts once. */
  get bytes(): number {
    return this.#shared.bytes
  }

  giveWay(): void {
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#discard(oldest)
  }

  /** Discards everything. */
  close(): void {
    for (const handle of [...this.#kept.keys()]) this.#discard(handle)
    this.#budget.remove(this)
  }

  /** @param episode that it is of. @returns Its handle. */
  keep(episode: string, kept: StoredSnapshot): string {
    return this.#put(handleOf(episode, kept.snapshot.index), kept)
  }

  /** One from before a restart is taken again from the record. @throws GymError SNAPSHOT_UNKNOWN, REPLAY_DIVERGED */
  find(handle: string): MaybePromise<StoredSnapshot> {
    const kept = this.#kept.get(handle) ?? (this.#dropped.has(handle) ? null : this.#earlier?.find(handle))
    if (!kept) throw this.#unknown(handle)
    return chain(kept, (found) => {
      this.#put(handle, found)
      return found
    })
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
    if (this.#kept.has(handle)) this.#discard(handle)
    else if (this.#dropped.has(handle) || !this.#earlier?.has(handle)) throw this.#unknown(handle)
    if (this.#earlier) this.#dropped.add(handle)
  }

  #unknown(handle: string): GymError {
    const name = shown(handle, 100)
    const lost = `no snapshot ${name} is kept: the server was restarted, and its record does not have it; take another`
    return new GymError('SNAPSHOT_UNKNOWN', this.#earlier ? lost : `no snapshot ${name} is kept: take another`)
  }

  #put(handle: string, kept: StoredSnapshot): string {
    const isNew = !this.#kept.delete(handle)
    this.#kept.set(handle, kept)
    if (isNew) this.#resize(() => this.#shared.hold(partsOf(kept)))
    const { snapshots, snapshotBytes } = this.#limits
    while (this.#kept.size > snapshots || (this.#kept.size > 1 && this.bytes > snapshotBytes)) this.giveWay()
    this.#budget.settle()
    return handle
  }

  #discard(handle: string): void {
    const kept = this.#kept.get(handle)
    this.#kept.delete(handle)
    if (kept) this.#resize(() => this.#shared.release(partsOf(kept)))
  }

  #resize(change: () => void): void {
    const before = this.bytes
    change()
    this.#budget.resized(this, this.bytes - before)
  }
}

/** Snapshots of a session from before a restart of the server, by handle. */
export interface EarlierSnapshots {
  has(handle: string): boolean
  /** Null where the record does not have it. @throws GymError REPLAY_DIVERGED */
  find(handle: string): MaybePromise<StoredSnapshot> | null
}

/** A handle names its point, so that it can be found in a record; the random part tells several of one point apart. */
const handleOf = (episode: string, index: number): string =>
  `${episode}.${index}.${randomBytes(6).toString('base64url')}`

/** Episode and step index that a handle names; null for one that names none. */
export function pointOf(handle: string): readonly [episode: string, index: number] | null {
  const [, episode = '', index = ''] = /^([0-9a-f]{24}-\d{1,9})\.(\d{1,9})\.[\w-]{8}$/.exec(handle) ?? []
  return episode === '' ? null : [episode, Number(index)]
}

/** What a snapshot holds: its state, its past, and the steps before it. */
function partsOf({ snapshot, prefix }: StoredSnapshot): readonly object[] {
  const parts: object[] = [snapshot.state, snapshot.resetEffects, ...(prefix?.steps ?? [])]
  for (let move = snapshot.past; move !== null; move = move.previous) parts.push(move)
  return parts
}

function countingFrom(snapshot: Snapshot): StoredSnapshot {
  let { forks } = snapshot
  return { snapshot, prefix: null, countFork: () => forks++ }
}

/** What several holders share, with the bytes of it: each object counts once, however many hold it. */
export class SharedBytes {
  readonly #holders = new Map<object, number>()
  #bytes = 0

  /** Bytes of all that is held, as JSON. */
  get bytes(): number {
    return this.#bytes
  }

  hold(parts: readonly object[]): void {
    for (const part of parts) {
      const holders = this.#holders.get(part) ?? 0
      if (holders === 0) this.#bytes += sizeOf(part)
      this.#holders.set(part, holders + 1)
    }
  }

  release(parts: readonly object[]): void {
    for (const part of parts) {
      const holders = this.#holders.get(part) ?? 0
      if (holders > 1) this.#holders.set(part, holders - 1)
      else if (this.#holders.delete(part)) this.#bytes -= sizeOf(part)
    }
  }
}

const sizes = new WeakMap<object, number>()

/** What is held does not change: it is measured once. */
function sizeOf(part: object): number {
  const known = sizes.get(part) ?? measured(part)
  sizes.set(part, known)
  return known
}

/** A move of the past is linked to those before it, which are parts of their own. */
function measured(part: object): number {
  const own = 'previous' in part ? { ...part, previous: null } : part
  return JSON.stringify(own).length
}

/*
 * A sealed snapshot is base64url of: format (1 byte), nonce (12), tag (16), ciphertext. AES-256-GCM with environment
 * and world digest as additional data: it opens only where an episode would continue in the same world.
 */
const FORMAT = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** Snapshots as texts that clients may carry, and neither read nor change. */
export class Sealer {
  readonly #key: Buffer
  readonly #maxBytes: number

  /**
   * @param key 32 bytes
   * @param maxBytes of the snapshot as JSON
   */
  constructor(key: Buffer, maxBytes: number) {
    this.#key = key
    this.#maxBytes = maxBytes
  }

  /** @throws GymError STATE_TOO_LARGE */
  seal(world: World, snapshot: Snapshot): string {
    const plain = Buffer.from(JSON.stringify({ ...snapshot, past: movesOf(snapshot.past) }))
    if (plain.length > this.#maxBytes) throw tooLarge(plain.length, this.#maxBytes)
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(bindingOf(world))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([Buffer.from([FORMAT]), nonce, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  /** @throws GymError SNAPSHOT_FOREIGN for what was forged, sealed elsewhere, or is of another world or version. */
  open(world: World, text: string): Snapshot {
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length <= HEAD_BYTES || bytes[0] !== FORMAT || bytes.toString('base64url') !== text) throw foreign()
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
    const tag = bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(bindingOf(world)).setAuthTag(tag)
    return snapshotOf(decrypted(() => Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()])))
  }
}

function decrypted(decrypt: () => Buffer): Buffer {
  try {
    return decrypt()
  } catch (cause) {
    throw foreign(cause)
  }
}

/** What the tag vouches for was written by `seal`. */
function snapshotOf(plain: Buffer): Snapshot {
  const saved = parseOwnJson<Omit<Snapshot, 'past'> & { readonly past: readonly Move[] }>(plain.toString())
  return { ...saved, past: pastOf(saved.past) }
}

const bindingOf = ({ environment, digest }: World): Buffer =>
  Buffer.from(`stepgym snapshot ${FORMAT}\n${environment.id}\n${digest}`)

const tooLarge = (bytes: number, most: number): GymError =>
  new GymError('STATE_TOO_LARGE', `the snapshot has ${bytes} bytes, and one that is handed over has at most ${most}`)

const foreign = (cause?: unknown): GymError =>
  new GymError(
    'SNAPSHOT_FOREIGN',
    'the sealed snapshot is not of this server, environment and data, or was changed: open it where it was taken',
    { cause },
  )
