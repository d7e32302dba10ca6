import { createHash } from 'node:crypto'
import { existsSync, fstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { READ, readRunText, withRunFile } from '../../records/files.ts'
import { readRange } from '../../records/lines.ts'
import { MOST_MANIFEST_BYTES } from '../../records/manifest.ts'
import { manifestFile, segmentFiles, signatureOf } from '../data/run-files.ts'

/** Bytes at the end of a segment that hold the checksum of its last line, which continues that of all lines before. */
const END_BYTES = 64

/**
 * What answers of a run depend on: sizes and times of its files, the checksums that its segments end with, its
 * manifest, the values beside it, and the code that computes.
 * @throws where a file cannot be read
 */
export function fingerprintOf(folder: string): string {
  const hash = createHash('sha256').update(codeFingerprint()).update(signatureOf(folder))
  hash.update(readRunText(manifestFile(folder), MOST_MANIFEST_BYTES))
  for (const path of segmentFiles(folder)) hash.update(endOf(path))
  return hash.digest('hex')
}

const endOf = (path: string): Buffer =>
  withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    return readRange(fd, Math.max(0, size - END_BYTES), size)
  })

/** The root of the compiled package, or of the repository. */
const ROOT = join(import.meta.dirname, '..', '..')

/** Folders whose modules answers are computed by. */
const COMPUTING = ['core', 'records', 'rewards', 'evaluation', join('viewer', 'data'), join('viewer', 'kept')]

let code: string | null = null

/** Digest of those modules, once a process. */
function codeFingerprint(): string {
  code ??= digestOf(COMPUTING.map((folder) => join(ROOT, folder)).filter(existsSync))
  return code
}

function digestOf(folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
      if (/\.[jt]s$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
