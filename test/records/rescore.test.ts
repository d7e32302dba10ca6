import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Reward, Trajectory } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { readRun } from '../../records/reader.ts'
import { createRun } from '../../records/recorder.ts'
import { replayRun } from '../../records/replay.ts'
import { type Rescored, type RescoreOptions, rescoreRun } from '../../records/rescore.ts'
import { newFolder } from '../support/folder.ts'
import { forge } from '../support/sealed-lines.ts'
import { ALL_HOOKS, closeness, NO_HOOKS, openWalk, progress, segmentOf, setupOf, stepCost, wanderer } from './scene.ts'

const world = await openWalk()
const task = world.tasks.byId('short')

/** Two groups of two (a member of the second aborts), a trajectory for itself, one cut short: without any hook. */
async function recorded(hooks = NO_HOOKS): Promise<string> {
  const folder = newFolder()
  const log = createRun(folder, setupOf(world, hooks))
  let acts = 0
  const moody = {
    ...wanderer,
    act: (context: Parameters<typeof wanderer.act>[0]) => (acts++ === 2 ? fail() : wanderer.act(context)),
  }
  for (const [groupId, agent] of Object.entries({ g0: wanderer, g1: moody }))
    await rolloutGroup(world, { task, seed: 3 }, { groupId, size: 2, agent, hooks, runKey: 'key', log })
  const single = async (trajectoryId: string, log: RunLog): Promise<Trajectory> =>
    runEpisode(await startEpisode(world, { task, seed: 7 }), { trajectoryId, agent: wanderer, hooks, log })
  await single('alone', log)
  const cut: RunLog = {
    episodeStarted: (start) => log.episodeStarted(start),
    stepTaken: (step) => log.stepTaken(step),
    episodeEnded() {},
    rewardsArrived() {},
    groupClosed() {},
  }
  await single('cut', cut)
  log.close()
  return folder
}

const fail = (): never => {
  throw new Error('moody')
}

async function rescored(folder: string, hooks = ALL_HOOKS, options: RescoreOptions = {}): Promise<readonly Rescored[]> {
  const all: Rescored[] = []
  for await (const one of rescoreRun(world, readRun(folder), hooks, options)) all.push(one)
  return all
}

const trajectoriesOf = (all: readonly Rescored[]): ReadonlyMap<string, Trajectory> =>
  new Map(
    all
      .flatMap((one) => (one.kind === 'group' ? [...one.group.trajectories, ...one.group.aborted] : [one.trajectory]))
      .map((trajectory) => [trajectory.id, trajectory]),
  )

const timeless = (rewards: readonly Reward[]): readonly object[] => rewards.map(({ latencyMs: _, ...rest }) => rest)
const judgementsOf = ({ steps, rewards }: Trajectory): object => ({
  steps: steps.map((step) => timeless(step.rewards)),
  rewards: timeless(rewards),
})

describe('rescoring', () => {
  it('gives the rewards that the hooks would have given when the run was recorded, measures of states included', async () => {
    const [bare, judged] = [await recorded(), await recorded(ALL_HOOKS)]
    const all = trajectoriesOf(await rescored(bare))
    for (const { trajectory, isFinished, start } of readRun(judged).trajectories()) {
      const again = all.get(trajectory.id)
      if (!again) throw new Error(`${trajectory.id} is missing`)
      if (start.groupId === null && isFinished) continue
      expect(judgementsOf(again)).toEqual(judgementsOf(trajectory))
    }
    expect(all.size).toBe(6)
  })

  it('judges a trajectory of no group by process hooks too, and by no group hook', async () => {
    const alone = trajectoriesOf(await rescored(await recorded())).get('alone')
    const names = alone?.steps.map(({ rewards }) => rewards.map(({ name }) => name))
    expect(new Set(names?.map(String))).toEqual(new Set(['env,step-cost,progress,position']))
    expect(alone?.rewards.map(({ name }) => name)).toEqual(['closeness'])
  })

  it('keeps the environment’s rewards, replaces all others, and leaves the source as it is', async () => {
    const folder = await recorded(ALL_HOOKS)
    const before = readFileSync(segmentOf(folder))
    const all = trajectoriesOf(await rescored(folder, hookSet([stepCost])))
    for (const { trajectory } of readRun(folder).trajectories()) {
      const again = all.get(trajectory.id)
      expect(again?.steps.map(({ rewards }) => rewards[0])).toEqual(trajectory.steps.map(({ rewards }) => rewards[0]))
      expect(again?.steps.every(({ rewards }) => rewards.length === 2)).toBe(true)
      expect(again?.rewards).toEqual([])
    }
    expect(readFileSync(segmentOf(folder))).toEqual(before)
    expect(readdirSync(folder).sort()).toEqual(['manifest.json', 'segments'])
  })

  it('does not judge the outcome of what was aborted, and says so', async () => {
    const all = trajectoriesOf(await rescored(await recorded(), hookSet([closeness])))
    const aborted = [...all.values()].filter(({ ending }) => ending === 'aborted')
    expect(aborted.map(({ endingReason }) => endingReason)).toEqual(['AGENT_FAILED: moody', 'not finished'])
    expect(aborted.map(({ rewards }) => rewards.map((reward) => reward.value === null && reward.reason))).toEqual([
      ['aborted'],
      [],
    ])
  })

  it('writes a complete run, which reads, replays and rescores like any other', async () => {
    const source = await recorded()
    const out = join(newFolder(), 'rescored')
    const all = await rescored(source, ALL_HOOKS, { out, recipe: { weights: { closeness: 1 } } })
    const run = readRun(out)
    expect(existsSync(`${out}.partial`)).toBe(false)
    const { id, created } = readRun(source).manifest
    expect(run.manifest).toMatchObject({ rescoredFrom: { id, created }, recipe: { weights: { closeness: 1 } } })
    expect(run.manifest.hooks.map(({ name }) => name)).toEqual(ALL_HOOKS_NAMES)
    const written = new Map([...run.trajectories()].map(({ trajectory }) => [trajectory.id, trajectory]))
    expect(written).toStrictEqual(new Map([...trajectoriesOf(all)].sort(byOrderOf(written))))
    const groups = all.flatMap((one) => (one.kind === 'group' ? [one.group] : []))
    expect([...run.groups()].map(({ group }) => group)).toStrictEqual(groups)
    for await (const { divergence } of replayRun(world, run)) expect(divergence).toBeNull()
    const again = trajectoriesOf(await rescored(out, hookSet([progress])))
    expect(again.get('alone')?.steps[0]?.rewards).toHaveLength(2)
  })

  it('refuses to write over anything, and leaves no run if it did not finish', async () => {
    const source = await recorded()
    const out = newFolder()
    writeFileSync(join(out, 'mine'), '')
    await expect(rescored(source, ALL_HOOKS, { out })).rejects.toMatchObject({ code: 'RECORD_FOREIGN' })
    await expect(rescored(source, ALL_HOOKS, { out: source })).rejects.toMatchObject({ code: 'RECORD_FOREIGN' })
    const free = join(newFolder(), 'out')
    mkdirSync(free)
    for await (const _ of rescoreRun(world, readRun(source), ALL_HOOKS, { out: free })) break
    expect(readdirSync(free)).toEqual([])
    expect(existsSync(`${free}.partial`)).toBe(false)
  })

  it('starts over where a killed attempt at the same run left files, and nowhere else', async () => {
    const source = await recorded()
    const { id, created } = readRun(source).manifest
    const out = join(newFolder(), 'out')
    const leftBy = (rescoredFrom: { id: string; created: string }): void =>
      createRun(`${out}.partial`, { world, agent: 'a', hooks: ALL_HOOKS, rescoredFrom }).close()
    leftBy({ id: 'another', created })
    await expect(rescored(source, ALL_HOOKS, { out })).rejects.toThrow(/out\.partial holds a run/)
    rmSync(`${out}.partial`, { recursive: true })
    leftBy({ id, created })
    await rescored(source, ALL_HOOKS, { out })
    expect(readRun(out).manifest.rescoredFrom?.id).toBe(id)
  })

  it('stops if the environment no longer does what was recorded', async () => {
    const copy = newFolder()
    cpSync(await recorded(), copy, { recursive: true })
    forge(copy, (text) => text.replace(/"nextObservation":"[^"]*"/, '"nextObservation":"elsewhere"'))
    await expect(rescored(copy)).rejects.toMatchObject({
      code: 'REPLAY_DIVERGED',
      message: expect.stringMatching(/trajectory g0\.\d, step \d: observation was "elsewhere", and is "at/),
    })
    await expect(rescoreRun(await openWalk({ goal: 9 }), readRun(copy), ALL_HOOKS).next()).rejects.toMatchObject({
      code: 'RECORD_FOREIGN',
    })
  })
})

const ALL_HOOKS_NAMES = ['step-cost', 'progress', 'closeness', 'position', 'rank']

const byOrderOf =
  (order: ReadonlyMap<string, unknown>) =>
  ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    [...order.keys()].indexOf(a) - [...order.keys()].indexOf(b)
