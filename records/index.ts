/**
 * Runs on disk: written before anyone is answered, read as a stream, replayed and judged again.
 * @module
 */

export type { End, GroupClosing } from './closing-lines.ts'
export type { Compared, Divergence } from './divergence.ts'
export { describeDivergence } from './divergence.ts'
export type { Entry } from './entries.ts'
export type { HookEntry, Manifest, RunSetup } from './manifest.ts'
export type { RecordedGroup, RecordedOpenGroup, RecordedTrajectory, Run } from './reader.ts'
export { readRun } from './reader.ts'
export type { Recorder } from './recorder.ts'
export { createRun, openRun } from './recorder.ts'
export type { Replayed, ReplayOptions } from './replay.ts'
export { replayRun } from './replay.ts'
export type { Rescored, RescoreOptions } from './rescore.ts'
export { rescoreRun } from './rescore.ts'
export type { SegmentOptions, WriteBytes } from './segments.ts'
