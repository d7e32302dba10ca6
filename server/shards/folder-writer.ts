import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { writeWhole } from '../../records/files.ts'
import { MANIFEST } from '../../records/manifest.ts'
import { createSegment, segmentPath } from '../../records/segments.ts'
import type { FeedEntry, Position } from './feed.ts'

/** Writes the entries of a feed as the run folder that they came from, byte for byte. */
export class FolderWriter {
  lines = 0
  readonly #folder: string
  readonly #chunkBytes: number
  #at: Position
  #fd: number
  #waiting: string[] = []
  #waitingBytes = 0

  /**
   * @param at end of the last line that the folder has
   * @param chunkBytes that may wait before they are written
   */
  constructor(folder: string, at: Position, chunkBytes: number) {
    this.#folder = folder
    this.#at = at
    this.#chunkBytes = chunkBytes
    createSegment(folder, at.segment)
    this.#fd = openSync(segmentPath(folder, at.segment), 'a')
  }

  /** @throws GymError RECORD_CORRUPT where lines before this one are missing */
  add(entry: FeedEntry): void {
    if (entry.kind === 'manifest') writeWhole(join(this.#folder, MANIFEST), entry.text)
    else this.#line(entry.text, entry.at)
  }

  /** Writes what waits. */
  flush(): void {
    const bytes = Buffer.from(this.#waiting.join(''))
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    this.#waiting = []
    this.#waitingBytes = 0
  }

  close(): void {
    closeSync(this.#fd)
  }

  #line(text: string, at: Position): void {
    const bytes = Buffer.byteLength(text) + 1
    if (at.segment === this.#at.segment + 1 && at.end === bytes) this.#begin(at.segment)
    else if (at.segment !== this.#at.segment || at.end !== this.#at.end + bytes) throw gapBetween(this.#at, at)
    this.#at = at
    this.lines++
    this.#waiting.push(text, '\n')
    this.#waitingBytes += bytes
    if (this.#waitingBytes > this.#chunkBytes) this.flush()
  }

  #begin(segment: number): void {
    this.flush()
    this.close()
    createSegment(this.#folder, segment)
    this.#fd = openSync(segmentPath(this.#folder, segment), 'a')
  }
}

const gapBetween = (before: Position, at: Position): GymError =>
  new GymError(
    'RECORD_CORRUPT',
    `the feed lacks lines between byte ${before.end} of segment ${before.segment} and byte ${at.end} of segment ${at.segment}: take the record from the disk of its node`,
  )
