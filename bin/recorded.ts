import { resolve } from 'node:path'
import { openWorld, type World } from '../core/episode/world.ts'
import { type Run, readRun } from '../records/index.ts'
import type { Cli } from './cli.ts'
import { readSettings, type Settings } from './config.ts'
import { environmentCatalog } from './find.ts'
import { progressBar } from './terminal/progress.ts'

/** A run and the world it was made in, opened with the options it was recorded with. */
export interface RecordedRun {
  readonly run: Run
  readonly world: World
}

/**
 * @param env where the environment is, if not among those that are found by name.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, ENV_UNKNOWN, ENV_INVALID
 */
export async function openRecorded(cli: Cli, folder: string, { env }: Pick<Settings, 'env'>): Promise<RecordedRun> {
  const run = readRun(resolve(cli.folder, folder))
  const { id, options } = run.manifest.environment
  const environment = await environmentCatalog(cli.folder, await readSettings(cli)).load(env ?? id)
  return { run, world: await openWorld(environment, options) }
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
