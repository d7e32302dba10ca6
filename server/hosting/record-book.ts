import type { RunSetup } from '../../records/manifest.ts'
import { readRun } from '../../records/reader.ts'
import { openRun } from '../../records/recorder.ts'
import type { SegmentOptions } from '../../records/segments.ts'
import type { RunStore } from './run-store.ts'

/**
 * A run folder as the book of one environment: begun where the folder is empty, gone on with where it holds the run.
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
    earlierGroups: recorder.earlierGroups,
    close: () => recorder.close(),
  }
}
