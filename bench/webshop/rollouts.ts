import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Agent } from '../../core/index.ts'
import { hookSet, openWorld, type RewardHook, type RunLog, runEpisode, startEpisode } from '../../core/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { createRun } from '../../records/index.ts'
import format from '../../rewards/hooks/format.ts'
import progress from '../../rewards/hooks/progress.ts'
import repeatedState from '../../rewards/hooks/repeated-state.ts'
import success from '../../rewards/hooks/success.ts'
import { printRates, rates } from '../measure.ts'

/** Whole rollouts, agent included: what hooks and the recorder cost beside the bare loop. */
const world = await openWorld(webshop)
const [split = ''] = world.tasks.splits
const folder = mkdtempSync(join(tmpdir(), 'stepgym-bench-'))

/** Clicks its way through what the page lists, and never buys. */
const walker: Agent = {
  name: 'walker',
  act({ actions, history }) {
    const clicks = (actions ?? []).filter((action) => typeof action === 'string' && !/buy now|^search/.test(action))
    const click = clicks[(history.length * 7 + 3) % Math.max(1, clicks.length)]
    return { action: click ?? `search[item ${history.length % 50} for daily use]` }
  },
}

const roll = (hooks: readonly RewardHook[], log?: RunLog) => async (steps: number) => {
  const set = hookSet(hooks)
  for (let seed = 0, taken = 0; taken < steps; seed++) {
    const task = world.tasks.at(split, seed % world.tasks.size(split))
    const episode = await startEpisode(world, { task, seed, maxSteps: 50 })
    const trajectoryId = `t${process.hrtime.bigint()}`
    const trajectory = await runEpisode(episode, { trajectoryId, agent: walker, hooks: set, ...(log && { log }) })
    taken += trajectory.steps.length
  }
}

const light = [format, repeatedState, success]
const all = [...light, progress]
const record = (name: string, hooks: readonly RewardHook[]): RunLog =>
  createRun(join(folder, name), { world, agent: walker.name, hooks: hookSet(hooks) })

printRates(
  'rollouts in one process',
  'steps',
  await rates([
    { name: 'bare', count: 5_000, run: roll([]) },
    { name: '+ three cheap hooks', count: 5_000, run: roll(light) },
    { name: '+ progress, which grades every state', count: 5_000, run: roll(all) },
    { name: 'bare, recorded', count: 5_000, run: roll([], record('bare', [])) },
    { name: 'all hooks, recorded', count: 5_000, run: roll(all, record('all', all)) },
  ]),
)
rmSync(folder, { recursive: true, force: true })
