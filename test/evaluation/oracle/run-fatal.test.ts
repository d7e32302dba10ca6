import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import { ResultsFile } from '../../../evaluation/oracle/results-file.ts'
import { type FatalRow, readFatalRow } from '../../../evaluation/oracle/rows.ts'
import { type FatalOutcome, runFatal } from '../../../evaluation/oracle/run-fatal.ts'
import type { RunEpisode } from '../../../evaluation/oracle/run-values.ts'
import { createRun, readRun } from '../../../records/index.ts'
import { always, spoilable } from './worlds.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgym-oracle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const AGENTS: Readonly<Record<string, Agent>> = {
  solved: always('work'),
  spoilt: { name: 'spoils', act: ({ history }) => ({ action: history.length === 3 ? 'spoil' : 'work' }) },
  broken: { name: 'breaks', act: ({ history }) => (history.length === 2 ? expect.unreachable() : { action: 'work' }) },
  alsoSpoilt: { name: 'spoils', act: ({ history }) => ({ action: history.length === 6 ? 'spoil' : 'work' }) },
}

async function recorded(world: World): Promise<readonly RunEpisode[]> {
  const hooks = hookSet([])
  const log = createRun(join(folder, 'run'), { world, agent: 'several', hooks })
  for (const [trajectoryId, agent] of Object.entries(AGENTS)) {
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    await runEpisode(episode, { trajectoryId, agent, hooks, log })
  }
  return [...readRun(join(folder, 'run')).trajectories()]
}

async function all(outcomes: AsyncIterable<FatalOutcome>): Promise<readonly FatalOutcome[]> {
  const list: FatalOutcome[] = []
  for await (const outcome of outcomes) list.push(outcome)
  return list
}

const fileOf = (): ResultsFile<FatalRow> => ResultsFile.open(join(folder, 'f.jsonl'), { threshold: 0.05 }, readFatalRow)
const agent = always('work')

describe('fatal steps of the episodes of a run', () => {
  it('are found for failed episodes; the others have a reason', async () => {
    const world = await openWorld(spoilable)
    const outcomes = await all(runFatal(world, await recorded(world), { agent }))
    expect(outcomes).toMatchObject([
      {
        trajectoryId: 'solved',
        row: null,
        why: 'not-failed',
        reason: expect.stringMatching(/earned 1: it did not fail/),
      },
      { trajectoryId: 'spoilt', row: { index: 3, reason: 'found' } },
      { trajectoryId: 'broken', row: null, why: 'not-ended', reason: 'the episode was aborted' },
      { trajectoryId: 'alsoSpoilt', row: { index: 6, reason: 'found' } },
    ])
  })

  it('are kept, and searched again only if the budget ended the search', async () => {
    const world = await openWorld(spoilable)
    const run = await recorded(world)
    const whole = await all(runFatal(world, run, { agent }))
    const first = await all(runFatal(world, run, { agent, budget: new Budget({ forks: 100 }) }, fileOf()))
    expect(first[1]).toMatchObject({ row: { index: null, reason: 'budget', lastAlive: 3, firstLost: 8 } })
    expect(first[3]).toMatchObject({ row: null, why: 'budget', reason: expect.stringMatching(/budget/) })
    const signal = AbortSignal.abort()
    const stopped = await all(runFatal(world, run, { agent, signal }))
    expect(stopped[3]).toMatchObject({ row: null, why: 'interrupted' })
    expect(await all(runFatal(world, run, { agent }, fileOf()))).toEqual(whole)
    const budget = new Budget()
    expect(await all(runFatal(world, run, { agent, budget }, fileOf()))).toEqual(whole)
    expect(budget.spent.forks).toBe(0)
  })

  it('can be read only from lines that hold them', async () => {
    const world = await openWorld(spoilable)
    const outcomes = await all(runFatal(world, await recorded(world), { agent }))
    const row = outcomes[1]?.row ?? expect.unreachable()
    const line = JSON.parse(JSON.stringify(row))
    expect(readFatalRow(line)).toEqual(row)
    for (const broken of [
      { index: '3' },
      { reason: 'guessed' },
      { firstLost: null },
      { trajectoryId: 1 },
      { judged: [7] },
      { judged: [{ ...line.judged[0], verdict: 'maybe' }] },
      { judged: [{ ...line.judged[0], value: null }] },
      { judged: [{ ...line.judged[0], forks: '3' }] },
    ])
      expect(readFatalRow({ ...line, ...broken })).toBeNull()
  })
})
