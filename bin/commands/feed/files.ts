import { GymError } from '../../../core/data/errors.ts'
import { counted } from '../../../core/data/shown.ts'
import { PartedExport } from '../../../exchange/parts/parted-export.ts'
import { readManifest } from '../../../records/manifest.ts'
import type { FeedEntry } from '../../../server/shards/feed.ts'
import type { Cli } from '../../cli.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import { expectUsed, exportSettings, exportWorld, type FormatFlags, flagOf, kindOfFile } from '../export/settings.ts'

/** Flags of the files that are written beside the copies of records. */
export interface FileFlags extends Partial<FormatFlags> {
  readonly groupsPerFile?: number
}

/** What the files are to have; null for none. @throws GymError CONFIG_INVALID for a flag that does nothing without another */
export function chosenFiles({ format, ...given }: FileFlags): ChosenFiles | null {
  if (format === undefined) {
    const [stray] = Object.keys(given)
    if (stray === undefined) return null
    throw new GymError('CONFIG_INVALID', `${flagOf(stray)} says what files have: name their format with --format`)
  }
  const { groupsPerFile = 16, ...others } = given
  const flags = { format, ...others }
  expectUsed(flags)
  return { flags, groupsPerFile }
}

export interface ChosenFiles {
  readonly flags: FormatFlags
  readonly groupsPerFile: number
}

/** Folder of the files of a run. */
export const filesFolder = (run: string, { flags }: ChosenFiles): string => `${run}.${kindOfFile(flags)}`

/** Files of one run that is copied, from its first line on. */
export class FedFiles {
  readonly #cli: Cli
  readonly #run: string
  readonly #chosen: ChosenFiles
  #parts: PartedExport | null = null

  /** @param run folder of the copy */
  constructor(cli: Cli, run: string, chosen: ChosenFiles) {
    this.#cli = cli
    this.#run = run
    this.#chosen = chosen
  }

  /** @throws GymError as `PartedExport` */
  async add(entry: FeedEntry): Promise<void> {
    if (entry.kind === 'manifest') return
    this.#parts ??= await this.#opened()
    await this.#parts.add(entry.text, entry.at.segment)
  }

  /** Writes what does not fill a file. */
  async finish(): Promise<void> {
    await this.#parts?.finish()
  }

  async #opened(): Promise<PartedExport> {
    const { flags, groupsPerFile } = this.#chosen
    const manifest = readManifest(this.#run)
    const { world, problem } = await exportWorld(this.#cli, manifest, flags)
    if (problem !== null) this.#say(`without system messages and tools: ${problem}`)
    return new PartedExport(manifest, {
      ...(await exportSettings(this.#cli, flags, world)),
      ...{ run: this.#run, folder: filesFolder(this.#run, this.#chosen), familiesPerFile: groupsPerFile },
      onNoCredit: (estimator, reason) => this.#say(`${estimator} has no advantages, which are null: ${reason}`),
      onFile: (path, rows) => this.#say(`${path}: ${counted(rows, 'row')}`),
    })
  }

  #say(line: string): void {
    this.#cli.err.write(`${onOneLine(line)}\n`)
  }
}
