import { existsSync, fstatSync } from 'node:fs'
import { READ, withRunFile } from '../../records/files.ts'
import { readRange } from '../../records/lines.ts'
import { segmentPath } from '../../records/segments.ts'
import type { FeedEntry, Position } from './feed.ts'

/** Bytes that are read at a time; more only for a line that is longer. */
const CHUNK_BYTES = 2 ** 21
const NEWLINE = 10

/** Lines of a record from a place on, as many as one read has, and where they end. */
export interface ReadLines {
  readonly entries: readonly FeedEntry[]
  readonly end: Position
}

/** Whole lines after a place; none where there is nothing new. */
export function linesAfter(folder: string, { segment, end }: Position): ReadLines {
  const path = segmentPath(folder, segment)
  if (!existsSync(path)) return { entries: [], end: { segment, end } }
  const bytes = wholeLines(path, end)
  const entries: FeedEntry[] = []
  let from = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    entries.push({ kind: 'line', text: bytes.toString('utf8', from, at), at: { segment, end: end + at + 1 } })
    from = at + 1
  }
  const isLeft = entries.length === 0 && existsSync(segmentPath(folder, segment + 1))
  return isLeft ? linesAfter(folder, { segment: segment + 1, end: 0 }) : { entries, end: { segment, end: end + from } }
}

function wholeLines(path: string, begin: number): Buffer {
  return withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    for (let most = CHUNK_BYTES; ; most *= 2) {
      const end = Math.min(size, begin + most)
      const bytes = readRange(fd, begin, Math.max(begin, end))
      if (end >= size || bytes.includes(NEWLINE)) return bytes
    }
  })
}
