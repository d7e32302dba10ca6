import type { Ending } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import type { Point } from './point.ts'
import type { ResultsFile } from './results-file.ts'
import { pointsOfRecord, type RecordedEpisode } from './retrace.ts'
import type { StepRow } from './rows.ts'
import { type FullSettings, fullSettings, isOver, type OracleSettings } from './settings.ts'
import { stepValues } from './step-values.ts'

/** A trajectory of a run, as the reader of runs gives it. */
export interface RunEpisode {
  readonly start: RecordedEpisode['start'] & { readonly trajectoryId: string }
  readonly trajectory: { readonly steps: RecordedEpisode['steps']; readonly ending: Ending }
}

/**
 * Values of every step of recorded trajectories, each yielded when it is in the file. Steps that the file has whole are
 * yielded from there; those that a budget ended early are done again. Where the budget ends, the rest is left out.
 * @throws GymError as `pointsOfRecord` and `stepValues`; RECORD_FAILED
 */
export async function* runValues(
  world: World,
  episodes: Iterable<RunEpisode>,
  given: OracleSettings,
  file: ResultsFile<StepRow> | null = null,
): AsyncGenerator<StepRow, void> {
  const settings = fullSettings(given)
  const known = new Map(file?.rows.map((row) => [keyOf(row), row]))
  for (const { start, trajectory } of episodes)
    yield* episodeValues(world, { start, steps: trajectory.steps }, start.trajectoryId, { settings, known, file })
}

interface Work {
  readonly settings: FullSettings
  readonly known: ReadonlyMap<string, StepRow>
  readonly file: ResultsFile<StepRow> | null
}

async function* episodeValues(
  world: World,
  episode: RecordedEpisode,
  trajectoryId: string,
  { settings, known, file }: Work,
): AsyncGenerator<StepRow, void> {
  let points: readonly Point[] | null = null
  for (const { index } of episode.steps) {
    const before = known.get(keyOf({ trajectoryId, index }))
    if (before && !before.isCut) yield before
    else if (!isOver(settings)) {
      points ??= await pointsOfRecord(world, episode)
      const row = { trajectoryId, ...(await stepValues(pointAt(points, index), settings)) }
      file?.append(row)
      yield row
    }
  }
}

function pointAt(points: readonly Point[], index: number): Point {
  const point = points[index]
  if (point) return point
  throw new RangeError(`there is no step ${index}`)
}

const keyOf = ({ trajectoryId, index }: Pick<StepRow, 'trajectoryId' | 'index'>): string => `${index} ${trajectoryId}`
