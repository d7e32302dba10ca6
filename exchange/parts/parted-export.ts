import { join } from 'node:path'
import { type Entry, type Manifest, readRun } from '../../records/index.ts'
import { LineReader } from '../../records/line-reader.ts'
import { partOf } from '../../records/reader.ts'
import { type ExportSettings, endingOf, exportRun } from '../export.ts'
import { CompleteFamilies, type CompleteFamily } from './families.ts'
import { nextFamilyIn, partName } from './files.ts'

/** What is written of a run while it grows, and where. */
export interface PartedSettings extends ExportSettings {
  /** Folder of the run, which has each line before it is given here. */
  readonly run: string
  /** Folder of the files. */
  readonly folder: string
  /** Groups, and trajectories without one, that a file has. */
  readonly familiesPerFile: number
  /** Called with each file that is written. */
  readonly onFile?: (path: string, rows: number) => void
}

/**
 * Exports a run while it grows, in files that appear whole and stay as they are. Which families are in which place is
 * decided by the lines of the run alone, and the names of the files say what they have: so one that was killed
 * continues where the files end, and no row is missing or doubled.
 */
export class PartedExport {
  readonly #manifest: Manifest
  readonly #settings: PartedSettings
  readonly #reader: LineReader
  readonly #families: CompleteFamilies
  /** Complete families that no file has yet. */
  #waiting: CompleteFamily[] = []
  /** Families before those that wait. */
  #written: number
  #complete = 0
  #lines = 0

  /** @throws GymError CONFIG_INVALID */
  constructor(manifest: Manifest, settings: PartedSettings) {
    this.#manifest = manifest
    this.#settings = settings
    this.#reader = new LineReader(manifest)
    this.#families = new CompleteFamilies(manifest, (ids) => this.#earlier(ids))
    this.#written = nextFamilyIn(settings.folder)
  }

  /**
   * Takes the next line of the run, from its first on.
   * @throws GymError RECORD_CORRUPT, and as `exportRun`
   */
  async add(text: string, segment: number): Promise<void> {
    const entry = this.#reader.read(text, segment)
    if (entry === null) return
    for (const family of this.#families.add(entry)) if (isExported(family)) await this.#completed(family)
    this.#lines++
  }

  /** Writes what waits, though it does not fill a file. */
  async finish(): Promise<void> {
    if (this.#waiting.length > 0) await this.#write()
  }

  async #completed(family: CompleteFamily): Promise<void> {
    if (this.#complete++ < this.#written) return
    this.#waiting.push(family)
    if (this.#waiting.length === this.#settings.familiesPerFile) await this.#write()
  }

  async #write(): Promise<void> {
    const { folder, format, onFile } = this.#settings
    const families = this.#waiting
    const path = join(folder, partName(this.#written, families.length, endingOf(format)))
    const lines = families.flatMap(({ entries }) => entries)
    const earlier = new Set(families.flatMap((family) => [...family.earlier]))
    const own = { ...this.#settings, isWritten: (id: string) => !earlier.has(id) }
    const { rows } = await exportRun(partOf(this.#manifest, lines), path, own)
    this.#written += families.length
    this.#waiting = []
    onFile?.(path, rows)
  }

  /** Lines of trajectories, as far as this has read the run. */
  #earlier(ids: ReadonlySet<string>): readonly Entry[] {
    const found: Entry[] = []
    let read = 0
    for (const entry of readRun(this.#settings.run).entries()) {
      if (read++ === this.#lines) break
      const part = partIn(ids, entry)
      if (part) found.push(part)
    }
    return found
  }
}

/** What a line says of some trajectories; null for nothing. */
function partIn(ids: ReadonlySet<string>, entry: Entry): Entry | null {
  switch (entry.type) {
    case 'episode':
      return ids.has(entry.start.trajectoryId) ? entry : null
    case 'step':
      return ids.has(entry.step.trajectoryId) ? entry : null
    case 'end':
      return ids.has(entry.end.trajectoryId) ? entry : null
    case 'group':
      return [...entry.group.trajectoryIds, ...entry.group.abortedIds].some((id) => ids.has(id)) ? entry : null
    case 'rewards': {
      const rewards = entry.rewards.filter(({ trajectoryId }) => ids.has(trajectoryId))
      return rewards.length > 0 ? { type: 'rewards', rewards } : null
    }
  }
}

/** Whether a family leads to any row: trajectories that were aborted, or have no step, are left out. */
function isExported({ entries, earlier }: CompleteFamily): boolean {
  const withSteps = new Set(entries.flatMap((entry) => (entry.type === 'step' ? [entry.step.trajectoryId] : [])))
  return entries.some(
    (entry) =>
      entry.type === 'end' &&
      entry.end.ending !== 'aborted' &&
      withSteps.has(entry.end.trajectoryId) &&
      !earlier.has(entry.end.trajectoryId),
  )
}
