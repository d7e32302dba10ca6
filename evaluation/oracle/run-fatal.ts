import type { World } from '../../core/episode/world.ts'
import { type FatalSettings, fatalStep, notFailed, thresholdOf, type Unsearched } from './fatal-step.ts'
import type { ResultsFile } from './results-file.ts'
import { pointsOfRecord } from './retrace.ts'
import type { FatalRow } from './rows.ts'
import type { RunEpisode } from './run-values.ts'
import { fullSettings, isOver } from './settings.ts'

/** What became of one trajectory. */
export type FatalOutcome =
  | { readonly trajectoryId: string; readonly row: FatalRow }
  /** It did not fail, or was not searched. */
  | ({ readonly trajectoryId: string; readonly row: null } & Unsearched)

/**
 * The fatal step of every recorded trajectory that failed, each yielded when it is in the file. Those that the file has
 * are yielded from there; those that a budget or a signal ended early are searched again.
 * @throws GymError as `pointsOfRecord` and `fatalStep`; RECORD_FAILED
 */
export async function* runFatal(
  world: World,
  episodes: Iterable<RunEpisode>,
  given: FatalSettings,
  file: ResultsFile<FatalRow> | null = null,
): AsyncGenerator<FatalOutcome, void> {
  const settings = { ...given, budget: fullSettings(given).budget }
  const known = new Map(file?.rows.map((row) => [row.trajectoryId, row]))
  for (const episode of episodes) {
    const { trajectoryId } = episode.start
    const before = known.get(trajectoryId)
    const isDone = before !== undefined && before.reason !== 'budget' && before.reason !== 'interrupted'
    yield isDone ? { trajectoryId, row: before } : await searched(world, episode, settings, file)
  }
}

const ABORTED: Unsearched = { why: 'not-ended', reason: 'the episode was aborted' }
const BUDGET: Unsearched = { why: 'budget', reason: 'the budget was spent before' }
const INTERRUPTED: Unsearched = { why: 'interrupted', reason: 'interrupted before' }

async function searched(
  world: World,
  { start, trajectory }: RunEpisode,
  settings: FatalSettings,
  file: ResultsFile<FatalRow> | null,
): Promise<FatalOutcome> {
  const { trajectoryId } = start
  if (trajectory.ending === 'aborted') return { trajectoryId, row: null, ...ABORTED }
  if (isOver(fullSettings(settings)))
    return { trajectoryId, row: null, ...(settings.signal?.aborted ? INTERRUPTED : BUDGET) }
  const points = await pointsOfRecord(world, { start, steps: trajectory.steps })
  const why = notFailed(points, thresholdOf(settings))
  if (why !== null) return { trajectoryId, row: null, ...why }
  const row = { trajectoryId, ...(await fatalStep(points, settings)) }
  file?.append(row)
  return { trajectoryId, row }
}
