import { randomBytes } from 'node:crypto'
import type { RunLog } from '../../core/rollout/log.ts'
import type { RunSetup } from '../../records/manifest.ts'
import { type RecordedGroup, type RecordedOpenGroup, type RecordedTrajectory, readRun } from '../../records/reader.ts'
import { openRun } from '../../records/recorder.ts'
import type { SegmentOptions } from '../../records/segments.ts'

/** Where the episodes of one opened environment are written down. */
export interface RunStore {
  readonly log: RunLog | null
  /** Keys the state tags. */
  readonly runKey: string
  /** Trajectories that were in the record when it was opened, where there is one. */
  earlier?(): Iterable<RecordedTrajectory>
  /** Whether an episode of this id is in the record. */
  hasEpisode?(id: string): boolean
  /** Ids of groups that were in it then. */
  readonly earlierGroups?: Pick<ReadonlySet<string>, 'has'>
  /** Those that had closed. */
  closedGroups?(): Iterable<RecordedGroup>
  /** Those that had not. */
  openGroups?(): readonly RecordedOpenGroup[]
  /** A promise that holds replies back until what was logged before is safe elsewhere, too; undefined if they need not wait. */
  acknowledged?(): Promise<void> | undefined
  close(): void
}

/** A store that says whether it can be written. */
export interface WatchedStore extends RunStore {
  /** Why the last entry could not be written; null where it could. */
  readonly failure: unknown
}

/** A store that remembers whether its last entry could be written. */
export function watchedStore(store: RunStore): WatchedStore {
  const { log } = store
  let failure: unknown = null
  const write = (entry: () => void): void => {
    try {
      entry()
      failure = null
    } catch (thrown) {
      failure = thrown
      throw thrown
    }
  }
  const watched: RunLog | null = log && {
    episodeStarted: (start) => write(() => log.episodeStarted(start)),
    stepTaken: (step) => write(() => log.stepTaken(step)),
    episodeEnded: (trajectory) => write(() => log.episodeEnded(trajectory)),
    rewardsArrived: (rewards) => write(() => log.rewardsArrived(rewards)),
    groupClosed: (group) => write(() => log.groupClosed(group)),
  }
  return {
    ...store,
    log: watched,
    get failure() {
      return failure
    },
  }
}

/** Nothing is written down. */
export const unrecorded = (): RunStore => ({ log: null, runKey: randomBytes(16).toString('hex'), close: () => {} })

/**
 * A run folder as the log of one environment: a new run if the folder is empty, else the run in it is continued.
 * @throws GymError as `openRun`
 */
export function recordedStore(folder: string, setup: RunSetup, options: SegmentOptions = {}): RunStore {
  const recorder = openRun(folder, setup, options)
  // Opened now: what is written from now on is not of an earlier start.
  const run = readRun(folder)
  return {
    log: recorder,
    runKey: recorder.manifest.runKey,
    earlier: () => run.trajectories(),
    hasEpisode: (id) => recorder.hasEpisode(id),
    earlierGroups: recorder.earlierGroups,
    closedGroups: () => run.groups(),
    openGroups: () => (recorder.hasOpenGroups ? run.openGroups() : []),
    close: () => recorder.close(),
  }
}
