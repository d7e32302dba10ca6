import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { together } from '../core/data/maybe-promise.ts'
import type { Group, Json, Trajectory } from '../core/data/types.ts'
import { groundTruthOf } from '../core/episode/grades.ts'
import type { World } from '../core/episode/world.ts'
import type { HookSet } from '../core/reward/hook.ts'
import { judgeGroup, judgeSteps, type Linked } from '../core/rollout/late-rewards.ts'
import { GroupBarrier, setsOf, type TaskLinks, unitsOf } from '../core/rollout/linked.ts'
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
  /** Tasks whose groups are judged together. @default none */
  readonly linked?: TaskLinks
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
  const log = options.out === undefined ? null : beginOutput(world, run, hooks, options.out, options)
  let isWhole = false
  try {
    yield* rescored(world, run, hooks, log, options.linked ?? new Map())
    isWhole = true
  } finally {
    log?.close()
    if (log && !isWhole) rmSync(log.folder, { recursive: true, force: true })
  }
  if (log && options.out !== undefined) replaceFree(log.folder, options.out)
}

function beginOutput(
  world: World,
  run: Run,
  hooks: HookSet,
  out: string,
  { recipe, linked }: RescoreOptions,
): Recorder {
  expectFree(out)
  const { id, created, agent, agentOptions = {}, seed, limits, runKey, recipe: own } = run.manifest
  const setup = {
    world,
    agent,
    agentOptions,
    hooks,
    seed,
    limits: linked ? { ...limits, linked: setsOf(linked) } : limits,
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

async function* rescored(
  world: World,
  run: Run,
  hooks: HookSet,
  log: Recorder | null,
  links: TaskLinks,
): AsyncGenerator<Rescored, void> {
  const prefixes = new SharedPrefixes(run)
  const judge = (recorded: RecordedTrajectory): Promise<RecordedTrajectory> =>
    judgeAndWrite({ world, hooks, runKey: run.manifest.runKey, prefixes }, recorded, log)
  const grouped = new Set<string>()
  for (const unit of unitsIn(run, links)) {
    for (const { members } of unit) for (const { start } of members) grouped.add(start.trajectoryId)
    const groups = await rescoreUnit(unit, (recorded, linked) =>
      rescoreGroup(world, recorded, hooks, prefixes, judge, log, linked),
    )
    for (const group of groups) yield { kind: 'group', group }
  }
  const shared: RecordedTrajectory[] = []
  for (const recorded of run.trajectories()) {
    if (grouped.has(recorded.start.trajectoryId)) continue
    if (prefixes.isShared(recorded)) shared.push(recorded)
    else yield await rescoreLone(await judge(recorded), hooks, log)
  }
  for (const recorded of prefixes.inOrder(shared)) yield await rescoreLone(await judge(recorded), hooks, log)
}

/** Groups of a run that are judged together, each unit once all of it is read. */
function* unitsIn(run: Run, links: TaskLinks): Generator<readonly RecordedGroup[], void> {
  if (links.size === 0) {
    for (const recorded of run.groups()) yield [recorded]
    return
  }
  const tasks = Array.from(run.entries()).flatMap((entry) => (entry.type === 'group' ? [entry.group.taskId] : []))
  const units = unitsOf(tasks, links)
  const unitAt = units.flatMap((unit, number) => unit.map((at) => [at, number] as const)).toSorted(([a], [b]) => a - b)
  const waiting = units.map((): RecordedGroup[] => [])
  let read = 0
  for (const recorded of run.groups()) {
    const number = unitAt[read++]?.[1] ?? 0
    const groups = waiting[number] ?? []
    if (groups.push(recorded) < (units[number]?.length ?? 1)) continue
    waiting[number] = []
    yield groups
  }
}

/** The groups of a unit under other hooks: those of groups judge once all of them are here. */
async function rescoreUnit(
  unit: readonly RecordedGroup[],
  rescore: (recorded: RecordedGroup, linked: Linked) => Promise<Group>,
): Promise<readonly Group[]> {
  const barrier = new GroupBarrier(unit.map((_, at) => at))
  return together(
    unit.map((recorded, at) => rescore(recorded, (group) => barrier.join(at, group)).finally(() => barrier.leave(at))),
  )
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
  linked: Linked,
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
  const closed = await judgeGroup(hooks, bare, (rewards) => log?.rewardsArrived(rewards), truth, linked)
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
