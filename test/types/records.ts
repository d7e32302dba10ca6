import type { Ending, Group, HookSet, Json, Reward, RunLog, Trajectory, World } from 'stepgym'
import {
  type Compared,
  createRun,
  type Divergence,
  describeDivergence,
  type End,
  type Entry,
  type GroupClosing,
  type HookEntry,
  type Manifest,
  openRun,
  type RecordedGroup,
  type RecordedOpenGroup,
  type RecordedTrajectory,
  type Recorder,
  type Replayed,
  type ReplayOptions,
  type Rescored,
  type RescoreOptions,
  type Run,
  type RunSetup,
  readRun,
  replayRun,
  rescoreRun,
  type SegmentOptions,
  type WriteBytes,
} from 'stepgym/record'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/record`. The compiler checks this file; it is never run. */

expectTypeOf(createRun).toEqualTypeOf<(folder: string, setup: RunSetup, options?: SegmentOptions) => Recorder>()
expectTypeOf(openRun).toEqualTypeOf<typeof createRun>()
expectTypeOf<Recorder>().toExtend<RunLog>()
// @ts-expect-error: a run is of a world
createRun('runs/a', { agent: 'random', hooks: { turn: [], outcome: [], process: [], group: [] } })
declare const hooks: HookSet
declare const world: World
expectTypeOf({ world, agent: 'random', hooks }).toExtend<RunSetup>()
expectTypeOf<SegmentOptions['write']>().toEqualTypeOf<WriteBytes | undefined>()
expectTypeOf<WriteBytes>().returns.toEqualTypeOf<number>()

declare const run: Run
expectTypeOf(readRun).toEqualTypeOf<(folder: string) => Run>()
expectTypeOf(run.manifest).toEqualTypeOf<Manifest>()
expectTypeOf<Manifest['hooks']>().toEqualTypeOf<readonly HookEntry[]>()
expectTypeOf<HookEntry['scope']>().toEqualTypeOf<'turn' | 'outcome' | 'process' | 'group'>()
expectTypeOf(run.trajectories()).toEqualTypeOf<Generator<RecordedTrajectory, void>>()
expectTypeOf(run.groups()).toEqualTypeOf<Generator<RecordedGroup, void>>()
expectTypeOf<RecordedTrajectory['trajectory']>().toEqualTypeOf<Trajectory>()
expectTypeOf<RecordedGroup['group']>().toEqualTypeOf<Group>()
expectTypeOf(run.openGroups()).toEqualTypeOf<readonly RecordedOpenGroup[]>()
expectTypeOf<RecordedOpenGroup['members']>().toEqualTypeOf<RecordedGroup['members']>()
for (const entry of run.entries()) {
  expectTypeOf(entry).toEqualTypeOf<Entry>()
  if (entry.type === 'end') expectTypeOf(entry.end).toEqualTypeOf<End>()
  if (entry.type === 'group') expectTypeOf(entry.group).toEqualTypeOf<GroupClosing>()
  // @ts-expect-error: which fields an entry has, its type says
  entry.step
}
expectTypeOf<End>().toEqualTypeOf<{
  readonly trajectoryId: string
  readonly ending: Ending
  readonly endingReason: string | null
  readonly rewards: readonly Reward[]
}>()
expectTypeOf<GroupClosing['trajectoryIds']>().toEqualTypeOf<readonly string[]>()

expectTypeOf(replayRun(world, run, { live: true })).toEqualTypeOf<AsyncGenerator<Replayed, void>>()
expectTypeOf<ReplayOptions['live']>().toEqualTypeOf<boolean | undefined>()
expectTypeOf<Replayed['divergence']>().toEqualTypeOf<Divergence | null>()
expectTypeOf<Divergence['what']>().toEqualTypeOf<Compared>()
expectTypeOf<Compared>().toExtend<string>()
expectTypeOf(describeDivergence).toEqualTypeOf<(divergence: Divergence) => string>()

expectTypeOf(rescoreRun(world, run, hooks)).toEqualTypeOf<AsyncGenerator<Rescored, void>>()
expectTypeOf<RescoreOptions['recipe']>().toEqualTypeOf<Json | undefined>()
declare const rescored: Rescored
if (rescored.kind === 'group') expectTypeOf(rescored.group).toEqualTypeOf<Group>()
else expectTypeOf(rescored.trajectory).toEqualTypeOf<Trajectory>()
