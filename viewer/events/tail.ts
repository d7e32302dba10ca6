import { fstatSync } from 'node:fs'
import { READ, withRunFile } from '../../records/files.ts'
import { MAX_LINE_BYTES, readRange } from '../../records/lines.ts'
import { segmentFiles } from '../data/run-files.ts'

/** Bytes that are read at a time; a longer line is read in a piece of its own. */
const PIECE_BYTES = 2 ** 18
const NEWLINE = 10
/** How the line begins that ends a segment: it says nothing of the run, and has no number. */
const CONTINUED = '{"type":"continued"'

/** The whole lines of a run in their order, piece by piece: those that are there, then those that are written later. */
export class RunTail {
  readonly #folder: string
  readonly #pieceBytes: number
  #segment = 0
  #offset = 0
  #seq = 0
  #isTorn = false

  constructor(folder: string, pieceBytes = PIECE_BYTES) {
    this.#folder = folder
    this.#pieceBytes = pieceBytes
  }

  /** Lines until now. */
  get seq(): number {
    return this.#seq
  }

  /** Whether the last piece that was read ends with a part of a line. */
  get isTorn(): boolean {
    return this.#isTorn
  }

  /**
   * The next lines, each whole; none where nothing more is written yet.
   * @throws GymError RECORD_FAILED, Error where a file cannot be read or a line is longer than any that is written
   */
  next(): readonly string[] {
    const segments = segmentFiles(this.#folder)
    for (let path = segments[this.#segment]; path !== undefined; path = segments[++this.#segment]) {
      const lines = this.#in(path)
      if (lines.length > 0 || segments[this.#segment + 1] === undefined) return this.#numbered(lines)
      this.#offset = 0
    }
    return []
  }

  #numbered(all: readonly string[]): readonly string[] {
    const lines = all.filter((line) => !line.startsWith(CONTINUED))
    this.#seq += lines.length
    return lines
  }

  /** Whole lines from where the tail stands; a torn one at the end is left for later. */
  #in(path: string): readonly string[] {
    const { bytes, isTorn } = withRunFile(path, READ, (fd) => wholeLines(fd, this.#offset, this.#pieceBytes))
    this.#offset += bytes.length
    this.#isTorn = isTorn
    return bytes.length === 0 ? [] : bytes.toString('utf8', 0, bytes.length - 1).split('\n')
  }
}

/** Bytes of a file from a place on that end with a line: about a piece of them, or one line that is longer. */
function wholeLines(fd: number, from: number, pieceBytes: number) {
  const { size } = fstatSync(fd)
  for (let length = pieceBytes; ; length *= 2) {
    const piece = readRange(fd, from, Math.max(from, Math.min(size, from + length)))
    const end = piece.lastIndexOf(NEWLINE) + 1
    if (end > 0 || from + length >= size) return { bytes: piece.subarray(0, end), isTorn: end < piece.length }
    if (length > MAX_LINE_BYTES) throw new Error(`a line has more than ${MAX_LINE_BYTES} bytes`)
  }
}
