import { existsSync, fsyncSync, ftruncateSync, mkdirSync, unlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CHANGE, expectNoLink, READ, syncFolder, withRunFile, writeWhole } from './files.ts'
import { type Extent, extentOf, readRange } from './lines.ts'
import type { Manifest } from './manifest.ts'
import { isUnannounced, segmentNames, segmentPath, segmentsFolder } from './segments.ts'

/** Removes a last segment that no line announces and that has none itself. */
export function discardUnannounced(folder: string, { checkedFrom }: Pick<Manifest, 'checkedFrom'>): void {
  const last = segmentNames(folder).length - 1
  if (isUnannounced(folder, last, checkedFrom)) unlinkSync(segmentPath(folder, last))
}

/**
 * Cuts what a crash tore off the end of the last segment, so that a new line begins a line. The bytes are kept in
 * `torn/`: they were never acknowledged as recorded, and still they are evidence of what happened.
 * @returns the file that keeps them, null where nothing was torn
 * @throws GymError RECORD_CORRUPT where a segment is missing
 */
export function repairTail(folder: string): string | null {
  const last = segmentNames(folder).at(-1)
  if (last === undefined) return null
  const path = join(segmentsFolder(folder), last)
  const extent = extentOf(path)
  if (extent.whole === extent.size) return null
  const kept = keepTorn(folder, path, extent)
  withRunFile(path, CHANGE, (fd) => {
    ftruncateSync(fd, extent.whole)
    fsyncSync(fd)
  })
  return kept
}

function keepTorn(folder: string, segment: string, { whole, size }: Extent): string {
  const torn = withRunFile(segment, READ, (fd) => readRange(fd, whole, size))
  const place = join(folder, 'torn')
  expectNoLink(place)
  mkdirSync(place, { recursive: true })
  syncFolder(folder)
  const path = freeName(join(place, `${basename(segment)}.${whole}`))
  writeWhole(path, torn)
  return path
}

function freeName(prefix: string): string {
  for (let number = 0; ; number++) if (!existsSync(`${prefix}.${number}`)) return `${prefix}.${number}`
}
