import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import type { LineChecksums } from './checksum.ts'
import { APPEND, CHANGE, expectNoLink, openRunFile, READ, syncFolder, UNFINISHED, withRunFile } from './files.ts'
import { readRange } from './lines.ts'

/** Writer of bytes, as `fs.writeSync`: writes some of the bytes and says how many, or throws. */
export type WriteBytes = (fd: number, bytes: Uint8Array, offset: number, length: number) => number

/** Options of the files that a run is written to. */
export interface SegmentOptions {
  /**
   * Flushes every entry to the disk before it counts as written: safe from power loss, at the disk's pace.
   * @default false
   */
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
  expectNoLink(segmentsFolder(folder))
  if (!existsSync(segmentsFolder(folder))) return []
  const names = readdirSync(segmentsFolder(folder)).filter((name) => SEGMENT.test(name))
  const missing = names.sort().findIndex((name, number) => name !== segmentName(number))
  if (missing < 0) return names
  const path = segmentPath(folder, missing)
  throw new GymError('RECORD_CORRUPT', `${path} is missing, and later segments are there: restore it from a copy`)
}

/** Begins a segment. What is there stays as it is. */
export function createSegment(folder: string, number: number): void {
  mkdirSync(segmentsFolder(folder), { recursive: true })
  closeSync(openRunFile(segmentPath(folder, number), APPEND))
  syncFolder(folder)
  syncFolder(segmentsFolder(folder))
}

/**
 * Puts a copy in the place of the last segment: what a process writes that has it open is no longer part of the run.
 */
export function detachLastSegment(folder: string): void {
  const last = segmentNames(folder).at(-1)
  if (last === undefined) return
  const path = join(segmentsFolder(folder), last)
  const copy = `${path}${UNFINISHED}`
  withRunFile(path, READ, () => {})
  // Made new: what is there may be a link to somewhere else, or a pipe.
  rmSync(copy, { force: true })
  copyFileSync(path, copy, constants.COPYFILE_EXCL)
  withRunFile(copy, CHANGE, fsyncSync)
  renameSync(copy, path)
  syncFolder(segmentsFolder(folder))
}

/** The last line of a full segment: without the next one, the run is not whole. */
const continuation = (next: number): string => JSON.stringify({ type: 'continued', segment: next })
/** Longest such line with its checksum. */
const CONTINUATION_BYTES = 72

const CONTINUED = /{"type":"continued","segment":\d+,"sum":"[0-9a-f]{8}"}\n$/

/**
 * Whether the last segment was made, and a crash came before the one before it said so: it is of no use, and the one
 * before it may be torn.
 */
export function isUnannounced(folder: string, last: number, checkedFrom: number | null): boolean {
  if (checkedFrom === null || last <= checkedFrom) return false
  const size = withRunFile(segmentPath(folder, last), READ, (fd) => fstatSync(fd).size)
  return size === 0 && !CONTINUED.test(endOf(segmentPath(folder, last - 1)))
}

const endOf = (path: string): string =>
  withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    return readRange(fd, Math.max(0, size - CONTINUATION_BYTES), size).toString('latin1')
  })

/** Appends lines to the segments of one run, each in the file before `append` returns. */
export class SegmentWriter {
  readonly #folder: string
  readonly #maxBytes: number
  readonly #isSynced: boolean
  readonly #write: WriteBytes
  readonly #checksums: LineChecksums
  readonly #isOwn: () => boolean
  #number: number
  #fd: number
  #size: number
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #failure: unknown = null
  #isClosed = false

  /**
   * Continues in the last segment. Its content must end with a complete line.
   * @param checksums Those of the lines that are there.
   * @param isOwn Whether this process still is the writer of the run.
   */
  constructor(folder: string, options: SegmentOptions, checksums: LineChecksums, isOwn: () => boolean = () => true) {
    this.#folder = folder
    this.#maxBytes = options.maxSegmentBytes ?? DEFAULT_MAX_SEGMENT_BYTES
    this.#isSynced = options.fsync ?? false
    this.#write = options.write ?? writeSync
    this.#checksums = checksums
    this.#isOwn = isOwn
    this.#number = Math.max(0, segmentNames(folder).length - 1)
    this.#fd = this.#open(this.#number)
    this.#size = fstatSync(this.#fd).size
  }

  /**
   * @param line Text of a JSON object that is not empty.
   * @throws GymError RECORD_FAILED: the entry may be there in part, so nothing is written after it until the run is
   *   opened again, which repairs it.
   */
  append(line: string): void {
    if (this.#failure !== null) throw this.#failed()
    const unclosed = this.#encode(line)
    try {
      if (this.#size > 0 && this.#size + unclosed + 2 * CONTINUATION_BYTES > this.#maxBytes) {
        this.#rotate()
        this.#encode(line)
      }
      this.#put(unclosed)
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

  /** Into a buffer that is used again: a new one for every line would cost more than the write. Returns the bytes
   * before the last brace. */
  #encode(line: string): number {
    const most = line.length * 3 + CONTINUATION_BYTES
    if (most > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(most)
    return this.#buffer.write(line) - 1
  }

  /** What was encoded, with its checksum. */
  #put(unclosed: number): void {
    const { text, sum } = this.#checksums.closing(this.#buffer.subarray(0, unclosed))
    const bytes = this.#buffer.subarray(0, unclosed + this.#buffer.write(text, unclosed, 'latin1'))
    this.#writeAll(bytes)
    if (this.#isSynced) fdatasyncSync(this.#fd)
    // After the line is written: a process that takes the run over copies the file once it has the lock.
    if (!this.#isOwn()) throw new TakenOver()
    this.#checksums.follow(sum)
    this.#size += bytes.length
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const written = this.#write(this.#fd, bytes, done, bytes.length - done)
      if (written <= 0) throw new Error('the file takes no more bytes')
      done += written
    }
  }

  /** The next segment is there before this one says so. */
  #rotate(): void {
    const next = this.#open(this.#number + 1)
    this.#put(this.#encode(continuation(this.#number + 1)))
    closeSync(this.#fd)
    this.#fd = next
    this.#number++
    this.#size = 0
  }

  #open(number: number): number {
    const fd = openRunFile(segmentPath(this.#folder, number), APPEND)
    if (this.#isSynced) syncFolder(segmentsFolder(this.#folder))
    return fd
  }

  #failed(): GymError {
    const advice =
      this.#failure instanceof TakenOver
        ? 'what it has acknowledged is there; end this process'
        : 'make room and open the run again, which repairs it'
    return new GymError('RECORD_FAILED', `${this.#folder} cannot be written (${messageOf(this.#failure)}): ${advice}`, {
      cause: this.#failure,
    })
  }
}

/** The run has another writer now. */
class TakenOver extends Error {
  constructor() {
    super('its lock is gone: another process has taken it over, or it was deleted')
  }
}
