import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { GymError } from '../../../core/data/errors.ts'
import { parseOwnJson } from '../../../core/data/json.ts'
import type { Move } from '../../../core/data/types.ts'
import type { Snapshot } from '../../../core/episode/fork.ts'
import { movesOf, pastOf } from '../../../core/episode/progress.ts'
import type { World } from '../../../core/episode/world.ts'

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
