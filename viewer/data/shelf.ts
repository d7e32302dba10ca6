import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import { shown } from '../../core/data/shown.ts'
import { type OpenRun, openRun } from './open-run.ts'
import { RunReading } from './reading.ts'
import { isBeingWritten, signatureOf } from './run-files.ts'
import { TRAINING_FILE } from './trainings.ts'

/** A run that can be looked at. */
export interface ShelvedRun {
  /** Its name in addresses: that of its folder, with those above it where two are alike. */
  readonly id: string
  readonly folder: string
}

interface Opened {
  readonly signature: string
  readonly reading: RunReading
  readonly run: Promise<OpenRun>
  /** When it was read, in milliseconds; null while it is being read. */
  readAt: number | null
}

/** Milliseconds for which a run that is being written is shown as it was read: several answers of one page are of one reading. */
const LIVE_MS = 500

/** Runs in memory at a time; the one that was not looked at for longest is dropped. */
const MOST_OPEN = 8

/** Runs by their names in addresses; each is read when it is first looked at, and again when it has changed. */
export class RunShelf {
  readonly #folders: readonly string[]
  readonly #open = new Map<string, Opened>()
  /** Ended episodes read so far, of runs that are being read. */
  readonly #reading = new Map<string, number>()

  /**
   * @param folders Folders of runs, or folders that hold such folders.
   * @param options `mayBeEmpty`: runs may come later, as those that a server records
   * @throws GymError RECORD_FOREIGN for a folder that is neither
   */
  constructor(folders: readonly string[], { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {}) {
    this.#folders = folders
    if (!mayBeEmpty) for (const folder of folders) expectRuns(folder)
  }

  /** Those that there are now, in the order in which their folders were given. */
  list(): readonly ShelvedRun[] {
    const found = this.#folders.flatMap(runsIn)
    return found.map((folder) => ({ id: shortest(folder, found), folder }))
  }

  /** Trainings beside the runs: folders in which `stepgym train` left its curves. */
  trainings(): readonly ShelvedRun[] {
    const found = this.#folders.flatMap((folder) => foldersWith(TRAINING_FILE, folder))
    return found.map((folder) => ({ id: shortest(folder, found), folder }))
  }

  /**
   * A run as it is now; those who ask while it is being read wait for the same.
   * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, RECORD_FAILED
   */
  open({ folder }: ShelvedRun): Promise<OpenRun> {
    const known = this.#open.get(folder)
    this.#open.delete(folder)
    const opened = known && isFresh(folder, known) ? known : this.#opened(folder, known)
    this.#open.set(folder, opened)
    opened.run.catch(() => this.#open.get(folder) === opened && this.#open.delete(folder))
    const [oldest = ''] = this.#open.keys()
    if (this.#open.size > MOST_OPEN) this.#open.delete(oldest)
    return opened.run
  }

  /** Whether a run is in memory, or will soon be. */
  isOpen({ folder }: ShelvedRun): boolean {
    return this.#open.get(folder)?.signature === signatureOf(folder)
  }

  /** Ended episodes that are read so far; null for a run that is not being read. */
  progressOf({ folder }: ShelvedRun): number | null {
    return this.#reading.get(folder) ?? null
  }

  /** Reads a run; one that has grown, from where it was read to. */
  #opened(folder: string, before: Opened | undefined): Opened {
    const signature = signatureOf(folder)
    const reading = before?.reading ?? new RunReading()
    const opened: Opened = { signature, reading, readAt: null, run: this.#read(folder, reading) }
    const done = (): void => {
      opened.readAt = performance.now()
    }
    opened.run.then(done, done)
    return opened
  }

  async #read(folder: string, reading: RunReading): Promise<OpenRun> {
    this.#reading.set(folder, 0)
    try {
      return await openRun(folder, { reading, onEpisodes: (count) => this.#reading.set(folder, count) })
    } finally {
      this.#reading.delete(folder)
    }
  }

  /** @throws GymError FRAME_UNKNOWN */
  find(id: string): ShelvedRun {
    const runs = this.list()
    const run = runs.find((each) => each.id === id)
    if (run) return run
    const ids = runs.map((each) => each.id)
    const has = ids.length === 0 ? 'there is none yet' : `there are ${ids.slice(0, 8).join(', ')}`
    throw new GymError('FRAME_UNKNOWN', `there is no run ${shown(id, 100)} here: ${nearOr(id, ids, has)}`)
  }
}

/** Whether a run is as it was read, or will soon be. */
function isFresh(folder: string, { signature, readAt }: Opened): boolean {
  if (readAt === null || signature === signatureOf(folder)) return true
  return isBeingWritten(folder) && performance.now() - readAt < LIVE_MS
}

const runsIn = (folder: string): readonly string[] => foldersWith('manifest.json', folder)

/** A folder that has a file of a name, or those of its folders that have one. */
function foldersWith(file: string, folder: string): readonly string[] {
  if (existsSync(join(folder, file))) return [resolve(folder)]
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { withFileTypes: true })
  const folders = names.filter((each) => each.isDirectory() && !each.name.endsWith('.partial')).map(({ name }) => name)
  return folders
    .toSorted()
    .map((name) => resolve(folder, name))
    .filter((each) => existsSync(join(each, file)))
}

function expectRuns(folder: string): void {
  if (existsSync(folder) && [...runsIn(folder), ...foldersWith(TRAINING_FILE, folder)].length > 0) return
  const advice = 'name the folder of a run or a training, or one that holds such folders'
  throw new GymError('RECORD_FOREIGN', `${folder} is not a run folder and holds none: ${advice}`)
}

/** The end of a path that no other path has. */
function shortest(folder: string, all: readonly string[]): string {
  let name = basename(folder)
  let above = dirname(folder)
  while (all.some((other) => other !== folder && other.endsWith(`/${name}`)) && dirname(above) !== above) {
    name = `${basename(above)}/${name}`
    above = dirname(above)
  }
  return name
}
