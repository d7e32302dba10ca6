import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LineChecksums, withManifestSum } from '../../records/checksum.ts'

/** Lines of a run file without their checksums. */
export const withoutSums = (text: string): string => text.replace(/,"sum":"[0-9a-f]{8}"}$/gm, '}')

/** Lines with the checksums that they should have: one text a line. */
export function withSums(lines: readonly string[], checksums = new LineChecksums()): string {
  return lines
    .map((line) => {
      const { text, sum } = checksums.closing(Buffer.from(line.slice(0, -1)))
      checksums.follow(sum)
      return line.slice(0, -1) + text
    })
    .join('')
}

/** Changes what was recorded as only a forger would, who makes new checksums. */
export function forge(folder: string, change: (text: string) => string): void {
  const checksums = new LineChecksums()
  for (const name of readdirSync(join(folder, 'segments')).sort()) {
    const path = join(folder, 'segments', name)
    const lines = change(withoutSums(readFileSync(path, 'utf8'))).split('\n')
    writeFileSync(path, withSums(lines.slice(0, -1), checksums) + lines.at(-1))
  }
}

/** As `forge`, for the manifest. */
export function forgeManifest<T>(folder: string, change: (manifest: T) => void): void {
  const path = join(folder, 'manifest.json')
  const { sum: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
  change(manifest)
  writeFileSync(path, withManifestSum(JSON.stringify(manifest, null, 2)))
}

/** Makes a run look as if a version before checksums had written it. */
export function writeAsOlder(folder: string, formatVersion: 1 | 2): void {
  for (const name of readdirSync(join(folder, 'segments'))) {
    const path = join(folder, 'segments', name)
    const lines = withoutSums(readFileSync(path, 'utf8')).split('\n')
    writeFileSync(path, lines.filter((line) => !line.startsWith('{"type":"continued"')).join('\n'))
  }
  const path = join(folder, 'manifest.json')
  const { sum: _, checkedFrom: __, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...manifest, formatVersion }))
}
