import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { counted } from '../core/data/shown.ts'
import { openWorld, type World } from '../core/episode/world.ts'
import { type Run, readRun } from '../records/index.ts'
import { type Cli, printLines } from './cli.ts'
import { CONFIG_FILES, readSettings, type Settings } from './config.ts'
import { environmentCatalog } from './find.ts'
import { progressBar } from './terminal/progress.ts'

/** A run and the world it was made in, opened with the options it was recorded with. */
export interface RecordedRun {
  readonly run: Run
  readonly world: World
  readonly losses: RunLosses
}

/** What a record lacks because what wrote it stopped. */
export interface RunLosses {
  /** Bytes of a last line that a crash tore: left out. */
  readonly tornBytes: number
  /** Episodes without an end: they count as aborted. */
  readonly unfinished: number
}

/**
 * Reads the run for what it lacks, and says so on the error output, which leaves reports to their readers.
 * @throws GymError RECORD_CORRUPT
 */
export function reportedLosses(run: Run, err: Cli['err']): RunLosses {
  let unfinished = 0
  for (const { type } of run.entries()) unfinished += type === 'episode' ? 1 : type === 'end' ? -1 : 0
  const losses = { tornBytes: run.tornBytes, unfinished }
  printLines(err, lossWords(losses))
  return losses
}

const lossWords = ({ tornBytes, unfinished }: RunLosses): readonly string[] => [
  ...(tornBytes > 0 ? [`a crash tore the last line of the record: ${counted(tornBytes, 'byte')} left out`] : []),
  ...(unfinished > 0 ? [`not finished, and so counted as aborted: ${counted(unfinished, 'episode')}`] : []),
]

/** A file beside a folder or file, by the name that it has where it is, also where that is `.`. */
export function besideOf(folder: string, name: string, ending: string): string {
  const path = `${resolve(folder, name).replace(/\.(json|jsonl|ndjson|parquet)$/, '')}.${ending}.jsonl`
  return isAbsolute(name) ? path : relative(folder, path)
}

/**
 * Opens a run with an untrusted manifest: its environment is looked up by name only.
 * @param env The operator's name or path of the environment, where the manifest's name is not found.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, ENV_UNKNOWN, ENV_INVALID
 */
export async function openRecorded(cli: Cli, folder: string, settings: Pick<Settings, 'env'>): Promise<RecordedRun> {
  const run = readRun(resolve(cli.folder, folder))
  return { run, world: await openWorldOf(cli, run, settings), losses: reportedLosses(run, cli.err) }
}

/** The world that a run was made in, as `openRecorded` opens it. @throws GymError ENV_UNKNOWN, ENV_INVALID */
export async function openWorldOf(
  cli: Cli,
  { manifest }: Pick<Run, 'manifest'>,
  { env }: Pick<Settings, 'env'>,
): Promise<World> {
  const { id, options } = manifest.environment
  const catalog = environmentCatalog(cli.folder, await readSettings(cli))
  const environment = env === undefined ? await catalog.loadByName(id) : await catalog.load(env)
  return openWorld(environment, options)
}

/** What the working folder may hold that stepgym imports. */
const IMPORTED = [...CONFIG_FILES, 'agents', 'conformance', 'envs', 'evaluation', 'rewards']

/**
 * A run folder is data, also where it is the working folder: configuration and modules in it are not imported.
 * @throws GymError CONFIG_INVALID
 */
export function expectNoModulesOfRun(folder: string): void {
  const name = IMPORTED.find((each) => existsSync(join(folder, each)))
  if (name === undefined || !isWithinRun(folder)) return
  throw new GymError(
    'CONFIG_INVALID',
    `${folder} is within a run folder and holds ${name}, which a command would import: start stepgym from a folder outside of the run`,
  )
}

function isWithinRun(folder: string): boolean {
  if (['manifest.json', 'segments'].every((name) => existsSync(join(folder, name)))) return true
  const parent = dirname(folder)
  return parent !== folder && isWithinRun(parent)
}

/** A bar for work on every episode of a run. The run is read once more for their number, on a terminal only. */
export function runProgress(run: Run, err: Cli['err']): { add(episodes: number): void; clear(): void } {
  const bar = progressBar(err)
  const total = err.isTTY === true ? countEpisodes(run) : 0
  let done = 0
  return {
    add(episodes) {
      done += episodes
      bar.update('episodes', done, total)
    },
    clear: bar.clear,
  }
}

function countEpisodes(run: Run): number {
  let episodes = 0
  for (const { type } of run.entries()) if (type === 'episode') episodes++
  return episodes
}
