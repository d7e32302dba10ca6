import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parseOwnJson } from '../../core/data/json.ts'

/** Where answers are kept, and how many. */
export interface KeptSettings {
  /** Made with the first entry, for its owner alone. @default `$XDG_CACHE_HOME/stepgym/viewer`, or below `~/.cache` */
  readonly folder?: string
  /** Bytes that the folder may have; what is there longest goes first. @default 256 MB */
  readonly mostBytes?: number
  /** Bytes of a run whose answers are kept: smaller ones are read about as fast. @default 4 MB */
  readonly leastRunBytes?: number
}

const DIGEST_BYTES = 32

/**
 * Answers that take long to compute, in a folder of the user, outside all runs. An entry is read only if it was made of
 * the same files by the same code (`fingerprint`), and is whole. Where the folder cannot be used, nothing is kept, and
 * nothing fails.
 */
export class KeptAnswers {
  readonly leastRunBytes: number
  readonly #folder: string
  readonly #mostBytes: number

  constructor({ folder = defaultFolder(), mostBytes = 256e6, leastRunBytes = 4e6 }: KeptSettings = {}) {
    this.leastRunBytes = leastRunBytes
    this.#folder = folder
    this.#mostBytes = mostBytes
  }

  /** What was kept under a name; null where there is nothing. The caller names its type. */
  find<T>(fingerprint: string, name: string): T | null {
    try {
      expectOwn(this.#folder)
      const bytes = readFileSync(this.#path(fingerprint, name))
      const body = bytes.subarray(DIGEST_BYTES)
      const isWhole = digestOf(fingerprint, name, body).equals(bytes.subarray(0, DIGEST_BYTES))
      return isWhole ? parseOwnJson<T>(gunzipSync(body).toString()) : null
    } catch {
      return null
    }
  }

  keep(fingerprint: string, name: string, answer: unknown): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      expectOwn(this.#folder)
      const body = gzipSync(JSON.stringify(answer), { level: 1 })
      const path = this.#path(fingerprint, name)
      const unfinished = `${path}.${randomBytes(6).toString('hex')}.tmp`
      writeFileSync(unfinished, Buffer.concat([digestOf(fingerprint, name, body), body]), { flag: 'wx', mode: 0o600 })
      renameSync(unfinished, path)
      this.#makeRoom()
    } catch {}
  }

  #path(fingerprint: string, name: string): string {
    return join(this.#folder, `${digestOf(fingerprint, name, Buffer.alloc(0)).toString('hex')}.answer`)
  }

  #makeRoom(): void {
    const files = readdirSync(this.#folder).map((name) => join(this.#folder, name))
    const known = files.map((path) => ({ path, ...sizeAndTime(path) })).toSorted((a, b) => b.time - a.time)
    let total = 0
    for (const { path, size } of known) {
      total += size
      if (total > this.#mostBytes) rmSync(path, { force: true })
    }
  }
}

const defaultFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stepgym', 'viewer')

/** @throws for a folder that someone else may have filled */
function expectOwn(folder: string): void {
  const { uid, mode } = lstatSync(folder)
  const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
  if (!isOwn) throw new Error(`${folder} is not a folder of this user alone`)
}

const digestOf = (fingerprint: string, name: string, body: Buffer): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([fingerprint, name]))
    .update(body)
    .digest()

function sizeAndTime(path: string): { readonly size: number; readonly time: number } {
  const stat = statSync(path, { throwIfNoEntry: false })
  return { size: stat?.size ?? 0, time: stat?.mtimeMs ?? 0 }
}
