import { fstatSync, readSync } from 'node:fs'
import { Malformed } from './check.ts'
import { READ, withRunFile } from './files.ts'

const CHUNK_BYTES = 2 ** 20
const NEWLINE = 10

/** Longest line that is written or read, in bytes. */
export const MAX_LINE_BYTES = 2 ** 27

/** How far a segment holds whole lines, and how long it is; what is between was torn by a crash. */
export interface Extent {
  readonly whole: number
  readonly size: number
}

/** Looks back from the end for the last newline. @throws Malformed where none is near, as in a sparse file. */
export function extentOf(path: string): Extent {
  return withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    for (let end = size; end > 0; ) {
      const begin = Math.max(0, end - CHUNK_BYTES)
      const at = readRange(fd, begin, end).lastIndexOf(NEWLINE)
      if (at >= 0) return { whole: begin + at + 1, size }
      end = begin
      if (size - end > MAX_LINE_BYTES) throw new Malformed(`its last ${MAX_LINE_BYTES} bytes have no end of a line`)
    }
    return { whole: 0, size }
  })
}

export interface NumberedLine {
  /** Counts from 1, as editors do. */
  readonly number: number
  readonly bytes: Buffer
}

/** A place in a file between two lines. */
export interface LinePlace {
  /** Lines and bytes before it. */
  readonly line: number
  readonly byte: number
}

const BEGINNING: LinePlace = { line: 0, byte: 0 }

/**
 * Lines of a file up to a byte where a line ends, without holding more than a chunk and a line of it.
 * @param from where the first of them begins
 * @throws Malformed at a line that is too long
 */
export function* linesOf(path: string, end: number, from = BEGINNING): Generator<NumberedLine, void> {
  let number = from.line
  let rest: Buffer[] = []
  for (let begin = from.byte; begin < end; begin += CHUNK_BYTES) {
    const chunk = withRunFile(path, READ, (fd) => readRange(fd, begin, Math.min(end, begin + CHUNK_BYTES)))
    let start = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      yield { number: ++number, bytes: joined([...rest, chunk.subarray(start, at)]) }
      rest = []
      start = at + 1
    }
    rest.push(chunk.subarray(start))
    if (rest.length * CHUNK_BYTES > MAX_LINE_BYTES + CHUNK_BYTES)
      throw new Malformed(`the line after line ${number} has more than ${MAX_LINE_BYTES} bytes`)
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts
  return parts.length === 1 && only ? only : Buffer.concat(parts)
}

/** Bytes of a file; fewer where it has become shorter. */
export function readRange(fd: number, begin: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - begin)
  let done = 0
  while (done < bytes.length) {
    const read = readSync(fd, bytes, done, bytes.length - done, begin + done)
    if (read === 0) break
    done += read
  }
  return bytes.subarray(0, done)
}
