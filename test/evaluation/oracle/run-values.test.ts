import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import { ResultsFile } from '../../../evaluation/oracle/results-file.ts'
import { pointsOfRecord, type RecordedEpisode } from '../../../evaluation/oracle/retrace.ts'
import { readStepRow, type StepRow } from '../../../evaluation/oracle/rows.ts'
import { runValues } from '../../../evaluation/oracle/run-values.ts'
import { createRun, type RecordedTrajectory, readRun } from '../../../records/index.ts'
import { always, cautious, doors, driven } from './worlds.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgym-oracle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const agent = policyAgent(cautious(0.8))

/** Episodes on disk, and a fork of each that differs from it. */
async function recorded(world: World, count: number, actor: Agent = agent): Promise<readonly RecordedTrajectory[]> {
  const hooks = hookSet([])
  const log = createRun(join(folder, 'run'), { world, agent: agent.name, hooks })
  const [split = ''] = world.tasks.splits
  for (let seed = 0; seed < count; seed++) {
    const episode = await startEpisode(world, { task: world.tasks.at(split, 0), seed })
    await episode.step('safe')
    if (episode.ending !== null) continue
    const child = await fork(episode)
    await runEpisode(child, { trajectoryId: `child-${seed}`, agent: actor, hooks, log })
    await child.close()
    await episode.close()
  }
  for (let seed = 0; seed < count; seed++) {
    const episode = await startEpisode(world, { task: world.tasks.at(split, 0), seed })
    await runEpisode(episode, { trajectoryId: `t-${seed}`, agent: actor, hooks, log })
    await episode.close()
  }
  return [...readRun(join(folder, 'run')).trajectories()]
}

async function all(rows: AsyncIterable<StepRow>): Promise<readonly StepRow[]> {
  const list: StepRow[] = []
  for await (const row of rows) list.push(row)
  return list
}

const fileOf = (): ResultsFile<StepRow> => ResultsFile.open(join(folder, 'v.jsonl'), { forks: 8 }, readStepRow)
const bytes = (): string => readFileSync(join(folder, 'v.jsonl'), 'utf8')

describe('values of the steps of a run', () => {
  it('are one row a recorded step, forks from where they were forked on', async () => {
    const world = await openWorld(doors)
    const run = await recorded(world, 4)
    const rows = await all(runValues(world, run, { agent, forks: 8 }))
    const steps = run.flatMap(({ start, trajectory }) =>
      trajectory.steps.map(({ index }) => ({ trajectoryId: start.trajectoryId, index })),
    )
    expect(rows.map(({ trajectoryId, index }) => ({ trajectoryId, index }))).toEqual(steps)
    expect(rows.some(({ trajectoryId, index }) => trajectoryId.startsWith('child') && index === 1)).toBe(true)
    expect(rows.some(({ trajectoryId, index }) => trajectoryId.startsWith('child') && index === 0)).toBe(false)
  })

  it('continue in a file where they stopped, to the same bytes', async () => {
    const world = await openWorld(doors)
    const run = await recorded(world, 4)
    const whole = await all(runValues(world, run, { agent, forks: 8 }, fileOf()))
    const content = bytes()
    rmSync(join(folder, 'v.jsonl'))
    for (const row of whole.slice(0, 3)) fileOf().append(row)
    const budget = new Budget()
    expect(await all(runValues(world, run, { agent, forks: 8, budget }, fileOf()))).toEqual(whole)
    expect(budget.spent.forks).toBe((whole.length - 3) * 16)
    expect(bytes()).toBe(content)
    const nothing = new Budget({ forks: 1 })
    expect(await all(runValues(world, run, { agent, forks: 8, budget: nothing }, fileOf()))).toEqual(whole)
    expect(nothing.spent.forks).toBe(0)
  })

  it('end if the budget does, and are made whole by a second run', async () => {
    const world = await openWorld(doors)
    const run = await recorded(world, 4)
    const whole = await all(runValues(world, run, { agent, forks: 8 }))
    const cut = await all(runValues(world, run, { agent, forks: 8, budget: new Budget({ forks: 40 }) }, fileOf()))
    expect(cut.map(({ isCut }) => isCut)).toEqual([false, false, true])
    expect(cut.slice(0, 2)).toEqual(whole.slice(0, 2))
    expect(cut[2]).toMatchObject({ value: { count: 4 }, actionValue: { count: 4 } })
    expect(await all(runValues(world, run, { agent, forks: 8 }, fileOf()))).toEqual(whole)
    expect(await all(runValues(world, run, { agent, forks: 8, budget: new Budget({ forks: 1 }) }, fileOf()))).toEqual(
      whole,
    )
  })

  it('are had for environments that are driven again', async () => {
    const log: string[] = []
    const world = await openWorld(driven(log))
    const onward = always('on')
    const rows = await all(runValues(world, await recorded(world, 1, onward), { agent: onward, forks: 2 }))
    expect(rows).toHaveLength(5)
    expect(rows.map(({ value, advantage }) => [value.value, advantage.value])).toEqual(rows.map(() => [1, 0]))
    const opened = log.filter((each) => each === 'open').length
    expect(opened).toBeGreaterThanOrEqual(5 * 4)
    expect(log).toHaveLength(2 * opened)
  })

  it('can be read only from lines that hold them', () => {
    const estimate = { value: 0.5, reason: null, low: 0, high: 1, count: 2, missing: 0 }
    const row = {
      trajectoryId: 't',
      index: 0,
      action: ['any', 1],
      value: estimate,
      actionValue: estimate,
      advantage: estimate,
      isCut: false,
    }
    expect(readStepRow(row)).toEqual(row)
    const none = { ...estimate, value: null, reason: 'no play-out' }
    expect(readStepRow({ ...row, value: none })).toEqual({ ...row, value: none })
    for (const broken of [{ ...estimate, value: null }, { ...estimate, low: null }, { ...estimate, count: 'two' }, 7])
      expect(readStepRow({ ...row, value: broken })).toBeNull()
    expect(readStepRow({ ...row, index: '0' })).toBeNull()
    expect(readStepRow({})).toBeNull()
  })
})

/** Its dynamics can be changed from outside, as those of real environments are by mistake. */
function changing(step: () => number): Environment {
  return defineEnvironment({
    id: 'changing@1',
    maxSteps: 4,
    action: textAction((text) => text, 'anything'),
    reset: () => ({ at: 0 }),
    step: ({ at }) => ({ state: { at: at + step() }, reward: 0, terminated: false }),
    observe: { text: () => 'always the same' },
    actions: () => ['on'],
  })
}

describe('a record that does not lead where it led', () => {
  async function recordOf(environment: Environment): Promise<{ world: World; record: RecordedEpisode }> {
    const world = await openWorld(environment)
    const [{ start, trajectory } = expect.unreachable()] = await recorded(world, 1, always('on'))
    return { world, record: { start, steps: trajectory.steps } }
  }

  it('is of another world if it leads to the same other place every time', async () => {
    let stride = 1
    const { world, record } = await recordOf(changing(() => stride))
    expect(await pointsOfRecord(world, record)).toHaveLength(5)
    stride = 2
    await expect(pointsOfRecord(world, record)).rejects.toMatchObject({
      code: 'REPLAY_DIVERGED',
      message: expect.stringMatching(/changing@1.*step 1/),
    })
  })

  it('is of an environment that is not deterministic if it leads anywhere', async () => {
    let calls = 0
    const { world, record } = await recordOf(changing(() => calls++))
    await expect(pointsOfRecord(world, record)).rejects.toMatchObject({
      code: 'NOT_DETERMINISTIC',
      message: expect.stringMatching(/changing@1.*step 1/),
    })
  })
})
