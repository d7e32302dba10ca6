import { cpSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOfTrajectories } from '../../core/batch/index.ts'
import type { Group, JsonObject, Reward, Trajectory } from '../../core/data/types.ts'
import { defineRewardHook, type HookSet, hookSet } from '../../core/reward/hook.ts'
import { Branches } from '../../core/rollout/branches.ts'
import type { RunLog } from '../../core/rollout/log.ts'
import { LocalBranches } from '../../core/sampling/local-branches.ts'
import { samplingMode } from '../../core/sampling/modes.ts'
import { sampleGroup } from '../../core/sampling/sample.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun } from '../../records/recorder.ts'
import { replayRun } from '../../records/replay.ts'
import { rescoreRun } from '../../records/rescore.ts'
import { newFolder } from '../support/folder.ts'
import { writeAsOlder } from '../support/sealed-lines.ts'
import { ALL_HOOKS, NO_HOOKS, openWalk, segmentOf, setupOf, wanderer } from './scene.ts'
import { failing, newRun, START } from './stories.ts'

const world = await openWalk()

/** Hooks that show what they see of the steps before a fork. */
const WHOLE = hookSet([
  ...ALL_HOOKS.turn,
  defineRewardHook({
    name: 'seen',
    version: 1,
    scope: 'turn',
    reward: (_, { history }) => history.reduce((sum, { rewards }) => sum + 10 + (rewards.at(-1)?.value ?? 0), 0),
  }),
  defineRewardHook({ name: 'length', version: 1, scope: 'outcome', reward: ({ steps }) => steps.length }),
  ...ALL_HOOKS.process,
  defineRewardHook({
    name: 'whole',
    version: 1,
    scope: 'group',
    reward: ({ trajectories }) => ({ perStep: trajectories.map(({ steps }) => steps.map(() => steps.length)) }),
  }),
])

function sampledInto(
  log: RunLog,
  hooks: HookSet,
  mode: string,
  options: JsonObject,
  groupId = 'g',
  seed = 3,
): Promise<Group> {
  const settings = { groupId, agentName: wanderer.name, hooks, runKey: 'key', log }
  const branchSource = new LocalBranches(world, { task: world.tasks.byId('short'), seed }, settings)
  return sampleGroup(branchSource, samplingMode(mode, options), { agent: wanderer })
}

async function recorded(
  hooks: HookSet,
  mode = 'tree',
  options: JsonObject = { k: 2, at: [0, 2] },
): Promise<readonly [string, Group]> {
  const folder = newFolder()
  const log = createRun(folder, setupOf(world, hooks))
  const group = await sampledInto(log, hooks, mode, options)
  log.close()
  return [folder, group]
}

async function divergences(folder: string): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const { divergence } of replayRun(world, readRun(folder))) if (divergence) found.push(divergence)
  return found
}

const MODES: readonly (readonly [string, JsonObject])[] = [
  ['tree', { k: 2, at: [0, 2] }],
  ['prefix', { k: 3 }],
  ['prefix', { k: 2, commit: 'best', playOuts: 2, playOn: true }],
  ['rerank', { k: 3, value: 'return' }],
  ['best-of-n', { k: 2 }],
]

const timeless = (rewards: readonly Reward[]): readonly object[] => rewards.map(({ latencyMs: _, ...rest }) => rest)
const judgementsOf = ({ id, steps, rewards }: Trajectory): object => ({
  id,
  steps: steps.map((step) => timeless(step.rewards)),
  rewards: timeless(rewards),
})

describe.each(MODES)('a recorded group that was sampled by %s %j', (mode, options) => {
  it('reads back as it was, and is played again exactly', async () => {
    const [folder, group] = await recorded(WHOLE, mode, options)
    expect([...readRun(folder).groups()].map((each) => each.group)).toStrictEqual([group])
    expect(await divergences(folder)).toEqual([])
  })

  it('is judged by other hooks as they would have judged it live', async () => {
    const [folder] = await recorded(NO_HOOKS, mode, options)
    const [, live] = await recorded(WHOLE, mode, options)
    const out = join(newFolder(), 'rescored')
    const judged: Group[] = []
    for await (const one of rescoreRun(world, readRun(folder), WHOLE, { out }))
      if (one.kind === 'group') judged.push(one.group)
    const expected = live.trajectories.map((each) => ({
      ...each,
      steps: each.steps.map((step) => ({
        ...step,
        rewards: step.rewards.filter(({ name }) => name !== 'sampling-value'),
      })),
    }))
    expect(judged[0]?.trajectories.map(judgementsOf)).toEqual(expected.map(judgementsOf))
    expect(judged[0]?.sampling).toEqual(live.sampling)
    expect(await divergences(out)).toEqual([])
  })
})

describe('a tree on record', () => {
  it('can be truncated at any byte: the rest is read, replayed and credited', async () => {
    const [folder] = await recorded(WHOLE)
    const { length } = readFileSync(segmentOf(folder))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: length }), async (bytes) => {
        const copy = newFolder()
        cpSync(folder, copy, { recursive: true })
        truncateSync(segmentOf(copy), bytes)
        expect(await divergences(copy)).toEqual([])
        const trajectories = [...readRun(copy).trajectories()].map(({ trajectory }) => trajectory)
        const branches = new Branches(trajectories)
        for (const each of trajectories)
          expect(branches.stepsOf(each).map(({ index }) => index)).toEqual(branches.stepsOf(each).map((_, i) => i))
        if (trajectories.some(({ ending, steps }) => ending !== 'aborted' && steps.length > 0))
          expect(batchOfTrajectories(trajectories).groups).toEqual(['g'])
        rmSync(copy, { recursive: true })
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a fork of what never began, or of a step that was not taken', () => {
    const [, log] = newRun()
    const fork = { ...START, trajectoryId: 'f', forkPath: '0', past: [] }
    const move = { action: 'right', forkPath: '', effects: [] }
    expect(failing(() => log.episodeStarted({ ...fork, parentId: 'x' })).code).toBe('RECORD_FAILED')
    expect(failing(() => log.episodeStarted({ ...fork, parentId: 't', past: [move, move, move] })).message).toContain(
      'was forked from t after steps that it has not taken',
    )
    expect(failing(() => log.episodeStarted({ ...fork, parentId: 'f' })).code).toBe('RECORD_FAILED')
    log.episodeStarted({ ...fork, parentId: 't', past: [move, move] })
    log.close()
  })

  it('of version 1 is read, and is of version 3 if it is continued', async () => {
    const [folder] = await recorded(ALL_HOOKS, 'best-of-n', { k: 2 })
    const { manifest } = readRun(folder)
    writeAsOlder(folder, 1)
    expect(readRun(folder).manifest).toEqual({ ...manifest, formatVersion: 1, checkedFrom: null })
    const log = openRun(folder, setupOf(world))
    await sampledInto(log, ALL_HOOKS, 'tree', { k: 2, at: [1] }, 'h')
    log.close()
    expect(readRun(folder).manifest).toEqual({ ...manifest, formatVersion: 3, checkedFrom: 1 })
    expect([...readRun(folder).groups()]).toHaveLength(2)
  })
})

describe('branches', () => {
  it('need the trajectories that they were forked from', async () => {
    const [, group] = await recorded(NO_HOOKS)
    const [root, ...forks] = group.trajectories
    expect(failing(() => batchOfTrajectories(forks)).message).toMatch(
      /was forked from g\.\d, which is not here: give both/,
    )
    expect(root && batchOfTrajectories([root]).rowCount).toBe(root?.steps.length)
    const short = group.trajectories.map((each) => (each === root ? { ...each, steps: each.steps.slice(0, 1) } : each))
    expect(failing(() => batchOfTrajectories(short)).code).toBe('BATCH_INVALID')
  })
})
