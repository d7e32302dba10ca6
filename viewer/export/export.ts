import { gzipSync } from 'node:zlib'
import { GymError } from '../../core/data/errors.ts'
import type { Catalog } from '../../registry/index.ts'
import type { Estimator } from '../../rewards/credit/index.ts'
import type { Role } from '../../server/roles.ts'
import { RunCredit } from '../data/credit.ts'
import { RunShelf } from '../data/shelf.ts'
import { type AppFile, appFiles } from '../http/app-files.ts'
import { answerTo, type Library } from '../http/routes.ts'
import type { ExportedRuns } from './held.ts'
import { exportedPage } from './page.ts'
import { type PackedPaths, packsOf, runPaths } from './paths.ts'

/** Settings of an export. */
export interface ExportSettings {
  /** Folders of runs, or folders that hold such folders. */
  readonly folders: readonly string[]
  readonly estimators: Catalog<Estimator>
  /** Bytes that the file may have. @default 20 MB */
  readonly maxBytes?: number
  /** Whether log-probabilities of actions are in it. @default false */
  readonly hasEvidence?: boolean
  /** When it is made. @default now */
  readonly created?: Date
  /** Called after each group with how many are done of all. */
  readonly onGroup?: (done: number, total: number) => void
  /** The pages by address. @default those that were built */
  readonly files?: ReadonlyMap<string, AppFile>
}

/** An exported file. */
export interface Exported {
  readonly html: string
  readonly runs: readonly string[]
  /** Groups, and episodes of no group, that are in the file, and those that did not fit. */
  readonly held: number
  readonly left: readonly string[]
}

const MOST_BYTES = 20_000_000

/**
 * Runs as one file that opens from disk: the pages of the viewer with the answers that they read.
 * @throws GymError RECORD_FOREIGN for a folder without runs; CONFIG_INVALID where the pages were not built, or not even
 *   the figures of the runs fit
 */
export async function exportRuns(settings: ExportSettings): Promise<Exported> {
  const { folders, estimators, maxBytes = MOST_BYTES, hasEvidence = false, onGroup = () => {} } = settings
  const { files = appFiles() } = settings
  const library = { shelf: new RunShelf(folders), credit: new RunCredit(estimators), isLive: false }
  const role = hasEvidence ? 'trainer' : 'observer'
  const answers = await runAnswers(library, role)
  const created = (settings.created ?? new Date()).toISOString()
  const empty = exportedPage(files, { created, answers, packs: {}, left: null }, [])
  const packed = await packedAnswers(library, { role, onGroup, maxBytes: maxBytes - Buffer.byteLength(empty) })
  if (packed.packs.length === 0 && packed.left.length > 0) throw tooSmall(maxBytes)
  const runs: ExportedRuns = { created, answers, packs: packed.index, left: sentenceOf(packed) }
  return {
    html: exportedPage(files, runs, packed.packs),
    runs: library.shelf.list().map(({ id }) => id),
    held: packed.packs.length,
    left: packed.left,
  }
}

const tooSmall = (maxBytes: number): GymError =>
  new GymError('CONFIG_INVALID', `no group fits in a file of ${maxBytes} bytes: allow a larger one with --max`)

const sentenceOf = ({ packs, left }: Packed): string | null =>
  left.length === 0
    ? null
    : `it holds ${packs.length} of ${packs.length + left.length} groups, as many as fit in its size: ${left.slice(0, 5).join(', ')}${left.length > 5 ? ' and more' : ''} are left out`

async function answersTo(library: Library, role: Role, paths: readonly string[]): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  for (const path of paths) {
    const [address = '', query = ''] = path.split('?', 2)
    const segments = address.split('/').map(decodeURIComponent)
    answers[path] = await answerTo(library, { segments, query: new URLSearchParams(query), role })
  }
  return answers
}

async function runAnswers(library: Library, role: Role): Promise<Record<string, unknown>> {
  const { shelf } = library
  const paths: string[] = []
  for (const shelved of shelf.list()) paths.push(...runPaths(shelved.id, await shelf.open(shelved)))
  return answersTo(library, role, ['runs', 'curves', ...paths])
}

interface Packed {
  /** Base64 of gzipped JSON, an object of answers by address each. */
  readonly packs: readonly string[]
  readonly index: Readonly<Record<string, number>>
  readonly left: readonly string[]
}

interface Packing {
  readonly role: Role
  readonly maxBytes: number
  readonly onGroup: (done: number, total: number) => void
}

/** Packs in their order, those that fit. */
async function packedAnswers(library: Library, { role, maxBytes, onGroup }: Packing): Promise<Packed> {
  const packs: string[] = []
  const index: Record<string, number> = {}
  const left: string[] = []
  let room = maxBytes
  const all = await allPacks(library)
  for (const [at, pack] of all.entries()) {
    const text = gzipSync(JSON.stringify(await answersTo(library, role, pack.paths))).toString('base64')
    const bytes = text.length + entryBytes(pack)
    if (bytes > room) left.push(pack.name)
    else {
      room -= bytes
      for (const prefix of pack.prefixes) index[prefix] = packs.length
      packs.push(text)
    }
    onGroup(at + 1, all.length)
  }
  return { packs, index, left }
}

/** Bytes of the element of a pack and of its places in the index, at most. */
const entryBytes = ({ prefixes }: PackedPaths): number =>
  prefixes.reduce((sum, prefix) => sum + Buffer.byteLength(prefix) + 16, 80)

async function allPacks({ shelf }: Library): Promise<readonly PackedPaths[]> {
  const packs: PackedPaths[] = []
  for (const shelved of shelf.list()) packs.push(...packsOf(shelved.id, await shelf.open(shelved)))
  return packs
}
