import { closeSync, existsSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { syncFolder } from './files.ts'

/** As `fs.writeSync`: writes some of the bytes and says how many, or throws. */
export type WriteBytes = (fd: number, bytes: Uint8Array, offset: number, length: number) => number

export interface SegmentOptions {
  /** Flushes every entry to the disk before it counts as written: safe from power loss, at the disk's pace. @default false */
  readonly fsync?: boolean
  /** Bytes after which a segment is full; one entry never spans two. @default 67108864 */
  readonly maxSegmentBytes?: number
  /** @default fs.writeSync */
  readonly write?: WriteBytes
}

const DEFAULT_MAX_SEGMENT_BYTES = 64 * 2 ** 20

const SEGMENT = /^\d{6}\.jsonl$/

export const segmentsFolder = (folder: string): string => join(folder, 'segments')
export const segmentPath = (folder: string, number: number): string => join(segmentsFolder(folder), segmentName(number))
export const segmentName = (number: number): string => `${String(number).padStart(6, '0')}.jsonl`

/**
 * Segments of a run, in order; other files beside them are not of the run.
 * @throws GymError RECORD_CORRUPT where one is missing between others.
 */
export function segmentNames(folder: string): readonly string[] {
  if (!existsSync(segmentsFolder(folder))) return []
  const names = readdirSync(segmentsFolder(folder)).filter((name) => SEGMENT.test(name))
  const missing = names.sort().findIndex((name, number) => name !== segmentName(number))
  if (missing < 0) return names
  const path = segmentPath(folder, missing)
  throw new GymError('RECORD_CORRUPT', `${path} is missing, and later segments are there: restore it from a copy`)
}

/** Appends lines to the segments of one run, each in the file before `append` returns. */
export class SegmentWriter {
  readonly #folder: string
  readonly #maxBytes: number
  readonly #isSynced: boolean
  readonly #write: WriteBytes
  #number: number
  #fd: number
  #size: number
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #failure: unknown = null
  #isClosed = false

  /** Goes on in the last segment. What stands in it must end with a whole line. */
  constructor(folder: string, options: SegmentOptions) {
    this.#folder = folder
    this.#maxBytes = options.maxSegmentBytes ?? DEFAULT_MAX_SEGMENT_BYTES
    this.#isSynced = options.fsync ?? false
    this.#write = options.write ?? writeSync
    mkdirSync(segmentsFolder(folder), { recursive: true })
    if (this.#isSynced) syncFolder(folder)
    this.#number = Math.max(0, segmentNames(folder).length - 1)
    this.#fd = this.#open(this.#number)
    this.#size = fstatSync(this.#fd).size
  }

  /**
   * @throws GymError RECORD_FAILED: the entry may be there in part, so nothing is written after it until the run is
   *   opened again, which repairs it.
   */
  append(line: string): void {
    if (this.#failure !== null) throw this.#failed()
    try {
      this.#put(`${line}\n`)
    } catch (thrown) {
      this.#failure = thrown
      throw this.#failed()
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#failure ??= new Error('it was closed')
    closeSync(this.#fd)
  }

  #put(text: string): void {
    const bytes = this.#encode(text)
    if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate()
    this.#writeAll(bytes)
    if (this.#isSynced) fdatasyncSync(this.#fd)
    this.#size += bytes.length
  }

  /** Into a buffer that is used again: a new one for every line would cost more than the write. */
  #encode(text: string): Uint8Array {
    if (text.length * 3 > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(text.length * 3)
    return this.#buffer.subarray(0, this.#buffer.write(text))
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const written = this.#write(this.#fd, bytes, done, bytes.length - done)
      if (written <= 0) throw new Error('the file takes no more bytes')
      done += written
    }
  }

  #rotate(): void {
    const next = this.#open(this.#number + 1)
    closeSync(this.#fd)
    this.#fd = next
    this.#number++
    this.#size = 0
  }

  #open(number: number): number {
    const fd = openSync(segmentPath(this.#folder, number), 'a')
    if (this.#isSynced) syncFolder(segmentsFolder(this.#folder))
    return fd
  }

  #failed(): GymError {
    const advice = 'make room and open the run again, which repairs it'
    return new GymError('RECORD_FAILED', `${this.#folder} cannot be written (${messageOf(this.#failure)}): ${advice}`, {
      cause: this.#failure,
    })
  }
}
