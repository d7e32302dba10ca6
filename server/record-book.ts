import type { RunBook } from './arena/book.ts'
import type { RunSetup } from './record/manifest.ts'
import { readRun } from './record/reader.ts'
import { openRun } from './record/recorder.ts'
import type { SegmentOptions } from './record/segments.ts'

/**
 * A run folder as the book of one environment: begun where the folder is empty, gone on with where it holds the run.
 * @throws GymError as `openRun`
 */
export function recordBook(folder: string, setup: RunSetup, options: SegmentOptions = {}): RunBook {
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
