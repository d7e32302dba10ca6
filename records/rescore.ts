import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Group, Json, Trajectory } from '../core/data/types.ts'
import { groundTruthOf } from '../core/episode/grades.ts'
import type { World } from '../core/episode/world.ts'
import type { HookSet } from '../core/reward/hook.ts'
import { judgeGroup, judgeSteps } from '../core/rollout/late-rewards.ts'
import { lockFolder } from './lock.ts'
import { MANIFEST, readManifest } from './manifest.ts'
import { expectSameWorld } from './match.ts'
import { SharedPrefixes } from './prefixes.ts'
import type { RecordedGroup, RecordedTrajectory, Run } from './reader.ts'
import { createRun, expectFree, type Recorder } from './recorder.ts'
import { rejudge } from './rejudge.ts'

/** Options of rescoring. */
export interface RescoreOptions {
  /** Folder for the run that comes of it, empty or not there. @default none is written */
  readonly out?: string
  /** Recipe for the manifest of that run. @default the recipe of the run */
  readonly recipe?: Json
}

/** Groups of the run as they closed; then each trajectory that is in no closed group. */
export type Rescored =
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'trajectory'; readonly trajectory: Trajectory; readonly isFinished: boolean }

/**
 * Judges a recorded run by other hooks: the environment's rewards stay, all other signals are new. The run itself is
 * not changed. The folder `out` is a complete run like any other, and appears when the last trajectory is judged.
 * @throws GymError RECORD_FOREIGN for a world other than the run's or an `out` that holds something; REPLAY_DIVERGED
 *   where replay leads to something else than was recorded; RECORD_CORRUPT, RECORD_FAILED
 */
export async function* rescoreRun(
  world: World,
  run: Run,
  hooks: HookSet,
  options: RescoreOptions = {},
): AsyncGenerator<Rescored, void> {
  expectSameWorld(run.manifest, world)
  const log = options.out === undefined ? null : beginOutput(world, run, hooks, options.out, options.recipe)
  let isWhole = false
  try {
    yield* rescored(world, run, hooks, log)
    isWhole = true
  } finally {
    log?.close()
    if (log && !isWhole) rmSync(log.folder, { recursive: true, force: true })
  }
  if (log && options.out !== undefined) replaceFree(log.folder, options.out)
}

function beginOutput(world: World, run: Run, hooks: HookSet, out: string, recipe?: Json): Recorder {
  expectFree(out)
  const { id, created, agent, agentOptions = {}, seed, limits, runKey, recipe: own } = run.manifest
  const setup = {
    world,
    agent,
    agentOptions,
    hooks,
    seed,
    limits,
    runKey,
    recipe: recipe ?? own,
    rescoredFrom: { id, created },
  }
  const partial = `${out}.partial`
  discardAbandoned(partial, id)
  return createRun(partial, setup)
}

/** What an earlier attempt at the same run left when it was killed. */
function discardAbandoned(partial: string, runId: string): void {
  if (!existsSync(join(partial, MANIFEST)) || readManifest(partial).rescoredFrom?.id !== runId) return
  const lock = lockFolder(partial)
  rmSync(partial, { recursive: true, force: true })
  lock.release()
}

function replaceFree(folder: string, out: string): void {
  expectFree(out)
  rmSync(out, { recursive: true, force: true })
  renameSync(folder, out)
}

async function* rescored(world: World, run: Run, hooks: HookSet, log: Recorder | null): AsyncGenerator<Rescored, void> {
  const prefixes = new SharedPrefixes(run)
  const judge = (recorded: RecordedTrajectory): Promise<RecordedTrajectory> =>
    judgeAndWrite({ world, hooks, runKey: run.manifest.runKey, prefixes }, recorded, log)
  const grouped = new Set<string>()
  for (const recorded of run.groups()) {
    for (const { start } of recorded.members) grouped.add(start.trajectoryId)
    yield { kind: 'group', group: await rescoreGroup(world, recorded, hooks, prefixes, judge, log) }
  }
  const shared: RecordedTrajectory[] = []
  for (const recorded of run.trajectories()) {
    if (grouped.has(recorded.start.trajectoryId)) continue
    if (prefixes.isShared(recorded)) shared.push(recorded)
    else yield await rescoreLone(await judge(recorded), hooks, log)
  }
  for (const recorded of prefixes.inOrder(shared)) yield await rescoreLone(await judge(recorded), hooks, log)
}

interface Judging {
  readonly world: World
  readonly hooks: HookSet
  readonly runKey: string
  readonly prefixes: SharedPrefixes
}

async function judgeAndWrite(
  { world, hooks, runKey, prefixes }: Judging,
  recorded: RecordedTrajectory,
  log: Recorder | null,
): Promise<RecordedTrajectory> {
  const judged = await rejudge(world, recorded, hooks, runKey, prefixes.of(recorded.start))
  prefixes.keep(judged)
  log?.episodeStarted(judged.start)
  for (const step of judged.trajectory.steps) log?.stepTaken(step)
  if (judged.isFinished) log?.episodeEnded(judged.trajectory)
  return judged
}

async function rescoreGroup(
  world: World,
  { group, members }: RecordedGroup,
  hooks: HookSet,
  prefixes: SharedPrefixes,
  judge: (recorded: RecordedTrajectory) => Promise<RecordedTrajectory>,
  log: Recorder | null,
): Promise<Group> {
  const judged = new Map<string, Trajectory>()
  for (const member of prefixes.inOrder(members))
    judged.set(member.start.trajectoryId, (await judge(member)).trajectory)
  const judgedOf = ({ id }: Trajectory): Trajectory | [] => judged.get(id) ?? []
  const bare = {
    ...group,
    trajectories: group.trajectories.flatMap(judgedOf),
    aborted: group.aborted.flatMap(judgedOf),
  }
  const truth = () => groundTruthOf(world, world.tasks.byRecordedId(group.taskId))
  const closed = await judgeGroup(hooks, bare, (rewards) => log?.rewardsArrived(rewards), truth)
  log?.groupClosed(closed)
  return closed
}

/** Aborted trajectories never enter credit, so their steps get no late rewards. */
async function rescoreLone(
  { trajectory, isFinished }: RecordedTrajectory,
  hooks: HookSet,
  log: Recorder | null,
): Promise<Rescored> {
  if (trajectory.ending === 'aborted') return { kind: 'trajectory', trajectory, isFinished }
  const [judged = trajectory] = await judgeSteps(hooks.process, [trajectory], (rewards) => log?.rewardsArrived(rewards))
  return { kind: 'trajectory', trajectory: judged, isFinished }
}
