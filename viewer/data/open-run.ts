import { existsSync } from 'node:fs'
import { batchOfTrajectories, type StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject, Step } from '../../core/data/types.ts'
import { Branches } from '../../core/rollout/branches.ts'
import { readResults } from '../../evaluation/oracle/results-file.ts'
import { readStepRow, type StepRow } from '../../evaluation/oracle/rows.ts'
import { type RecordedTrajectory, type Run, readRun } from '../../records/index.ts'
import { inOrderOfMember } from '../../records/member-order.ts'
import { groupedBy, inOrderOfName, pathOf, type Total, totalsOf } from '../../records/totals.ts'
import type { NoCredit } from '../../rewards/credit/index.ts'
import type { RunState, ShownEnding } from '../answers.ts'
import { type OnEpisodes, RunReading } from './reading.ts'
import { bytesOf, isBeingWritten, valuesPath } from './run-files.ts'

/** One episode with what is summed over it. */
export interface OpenEpisode {
  readonly id: string
  readonly group: string | null
  readonly recorded: RecordedTrajectory
  /** Steps from the reset on. */
  readonly path: readonly Step[]
  readonly totals: readonly Total[]
  readonly ending: ShownEnding
  /** Sum of the environment's own reward; null where it is not known. */
  readonly return: number | null
}

/** Values of steps, as `eval values` left them beside the run. */
export interface OpenValues {
  readonly settings: JsonObject
  readonly byStep: ReadonlyMap<string, StepRow>
  readonly isStale: boolean
}

/** A run in memory, as it was on disk when it was opened. */
export interface OpenRun {
  readonly folder: string
  readonly run: Run
  readonly state: RunState
  readonly bytes: number
  /** Lines that were read. */
  readonly seq: number
  /** In the order of listings. */
  readonly episodes: readonly OpenEpisode[]
  /** The same in the order in which they were complete; those not finished come last. */
  readonly inTime: readonly OpenEpisode[]
  readonly byId: ReadonlyMap<string, OpenEpisode>
  readonly byGroup: ReadonlyMap<string | null, readonly OpenEpisode[]>
  /** What estimators credit; a reason where no episode has ended with a step. */
  readonly batch: StepBatch | NoCredit
  /** Row of each step in the batch, by `stepKey`. */
  readonly rows: ReadonlyMap<string, number>
  readonly values: OpenValues | null
}

/** Key of a step in maps. */
export const stepKey = (trajectoryId: string, index: number): string => `${index} ${trajectoryId}`

/** How a run is read. */
export interface OpenSettings {
  /** What was read of it before. @default nothing */
  readonly reading?: RunReading
  readonly onEpisodes?: OnEpisodes
}

/** Reads a run, in turns with whatever else the thread does. @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, RECORD_FAILED */
export async function openRun(folder: string, settings: OpenSettings = {}): Promise<OpenRun> {
  const { reading = new RunReading(), onEpisodes = () => {} } = settings
  const run = readRun(folder)
  const recorded = await reading.read(run, onEpisodes)
  const branches = new Branches(recorded.map(({ trajectory }) => trajectory))
  const state = stateOf(run)
  const inTime = recorded.map((each) => episodeOf(each, branches, state))
  const episodes = inTime.toSorted(inOrderOfName)
  const batch = once(() => batchOf(recorded))
  const rows = once(() => {
    const known = batch()
    return isBatch(known) ? rowsOf(known) : new Map<string, number>()
  })
  return {
    ...{ folder, run, state, episodes, inTime },
    seq: reading.seq,
    bytes: bytesOf(folder),
    byId: new Map(episodes.map((episode) => [episode.id, episode])),
    byGroup: groupedBy(episodes, ({ group }) => group),
    values: valuesOf(run),
    get batch() {
      return batch()
    },
    get rows() {
      return rows()
    },
  }
}

/** Makes something when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** A run that has nothing to credit yet, or only aborted episodes, can be looked at without. */
function batchOf(recorded: readonly RecordedTrajectory[]): StepBatch | NoCredit {
  try {
    return batchOfTrajectories(inOrderOfMember(recorded.map(({ trajectory }) => trajectory)))
  } catch (thrown) {
    if (!(thrown instanceof GymError) || thrown.code !== 'BATCH_INVALID') throw thrown
    const message =
      recorded.some(({ isFinished }) => !isFinished) || recorded.length === 0
        ? 'no episode has ended yet'
        : thrown.message
    return { code: thrown.code, message }
  }
}

export const isBatch = (batch: StepBatch | NoCredit): batch is StepBatch => 'rowCount' in batch

function episodeOf(recorded: RecordedTrajectory, branches: Branches, state: RunState): OpenEpisode {
  const { trajectory, isFinished } = recorded
  const ending = state === 'live' && !isFinished ? 'running' : trajectory.ending
  const path = pathOf(trajectory, branches)
  const totals = totalsOf(path, trajectory.rewards)
  const sum = totals.find(({ name }) => name === 'env')?.sum ?? null
  return { id: trajectory.id, group: trajectory.groupId, recorded, path, totals, ending, return: sum }
}

function stateOf(run: Run): RunState {
  if (isBeingWritten(run.folder)) return 'live'
  return run.tornBytes > 0 ? 'torn' : 'finished'
}

function rowsOf({ rowCount, trajectories, trajectoryOf, stepIndex }: StepBatch): ReadonlyMap<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < rowCount; row++)
    rows.set(stepKey(trajectories.ids[trajectoryOf[row] ?? 0] ?? '', stepIndex[row] ?? 0), row)
  return rows
}

function valuesOf({ folder, manifest }: Run): OpenValues | null {
  if (!existsSync(valuesPath(folder))) return null
  const { settings, rows } = readResults(valuesPath(folder), readStepRow)
  const isStale = settings.run !== manifest.id
  const known = isStale ? [] : rows
  return { settings, isStale, byStep: new Map(known.map((row) => [stepKey(row.trajectoryId, row.index), row])) }
}

/** @throws GymError EPISODE_UNKNOWN */
export function episodeIn({ byId }: OpenRun, id: string): OpenEpisode {
  const episode = byId.get(id)
  if (episode) return episode
  const has = byId.size === 0 ? 'it has none' : `it has ${[...byId.keys()].slice(0, 8).join(', ')}`
  throw new GymError(
    'EPISODE_UNKNOWN',
    `the run has no episode ${shown(id, 100)}: ${nearOr(id, [...byId.keys()], has)}`,
  )
}
