import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Path of the file in which `eval values` leaves the values of a run. */
export const valuesPath = (folder: string): string => `${folder}.values.jsonl`

/** Whether a process writes the run now, or ended without saying so. */
export const isBeingWritten = (folder: string): boolean => existsSync(join(folder, 'lock'))

/** Segments of a run, in order. */
export function segmentFiles(folder: string): readonly string[] {
  const segments = join(folder, 'segments')
  const names = statSync(segments, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(segments).sort() : []
  return names.map((name) => join(segments, name))
}

export const manifestFile = (folder: string): string => join(folder, 'manifest.json')

/** Bytes of the files that a run consists of. */
export const bytesOf = (folder: string): number =>
  [manifestFile(folder), ...segmentFiles(folder)].reduce((sum, path) => sum + sizeOf(path), 0)

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** A text that changes whenever something changes that the viewer reads of a run. */
export function signatureOf(folder: string): string {
  return [manifestFile(folder), ...segmentFiles(folder), join(folder, 'lock'), valuesPath(folder)]
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? `${stat.size}-${stat.mtimeMs}` : ''
    })
    .join(' ')
}
