import { resolve } from 'node:path'
import type { Seed } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import { withSoftware } from '../../../core/episode/world.ts'
import type { AgentUsage } from '../../../core/rollout/agent.ts'
import { createRun } from '../../../records/index.ts'
import type { Cli } from '../../cli.ts'
import { modelLines } from '../../find.ts'
import { linkedLimits } from '../../linked.ts'
import { type DynamicReport, DynamicSampling, dynamicLimits } from './dynamic.ts'
import { episodeBar, groupBar } from './episode-bar.ts'
import type { Prepared } from './prepare.ts'
import { rollOut } from './roll-out.ts'
import { samplingLimits } from './sampling.ts'
import { type Summary, Tally } from './tally.ts'
import { type SamplingSummary, TreeTally } from './tree-tally.ts'

export interface RolloutReport {
  /** Folder of the run; null where it is for a server to keep one. */
  readonly run: string | null
  /** Null for a rollout in this process. */
  readonly remote: PlayedRemotely | null
  readonly environment: string
  readonly agent: string
  readonly split: string
  readonly seed: Seed
  readonly isInterrupted: boolean
  readonly summary: Summary
  /** What the agent used, such as tokens; null where it does not say. */
  readonly usage: AgentUsage | null
  /** Models that judged steps, and the device of each; none in a rollout on a server. */
  readonly models: readonly string[]
  /** Null for groups of independent members. */
  readonly sampling: SamplingSummary | null
  /** Which groups dynamic sampling kept; null where every group counts. */
  readonly dynamic: DynamicReport | null
  /** Duration of the rollout alone, without opening the environment. */
  readonly seconds: number
  readonly stepsPerSecond: number
}

export interface PlayedRemotely {
  readonly server: string
  /** Rewards that came after the replies of their steps. */
  readonly lateRewards: number
}

/**
 * Rolls out what was prepared and records it. After an interrupt or a failure the folder holds everything that was
 * acknowledged.
 * @throws GymError RECORD_FOREIGN, RECORD_FAILED, and as `rollOut`
 */
export async function recordRollout(
  prepared: Prepared,
  { folder, err }: Cli,
  signal: AbortSignal,
  onGroup: (group: Group) => void = () => {},
): Promise<RolloutReport> {
  const { plan, recipe, out, fsync } = prepared
  const recorder = createRun(resolve(folder, out), await setupOf(prepared), { fsync })
  const tally = new Tally(recipe?.recipe ?? null)
  const trees = new TreeTally()
  const dynamic = plan.dynamic ? new DynamicSampling(plan.dynamic, plan.groups) : null
  const bar =
    plan.sampling || dynamic
      ? groupBar(plan.dynamic?.mostGroups ?? plan.groups, err)
      : episodeBar(plan.groups * plan.groupSize, err)
  const began = performance.now()
  const add = (group: Group): void => {
    tally.add(group)
    trees.add(group)
    bar.onGroup()
    onGroup(group)
  }
  try {
    const { runKey } = recorder.manifest
    await rollOut(plan, { log: recorder, runKey, signal, onStep: bar.onStep, onGroup: add, dynamic })
  } catch (thrown) {
    err.write(`the entries before the failure are in ${out}\n`)
    throw thrown
  } finally {
    bar.clear()
    recorder.close()
  }
  const seconds = (performance.now() - began) / 1000
  const report = reportOf(prepared, tally.summary(), seconds, signal.aborted)
  return { ...report, sampling: trees.summary(), dynamic: dynamic?.report() ?? null }
}

/** What the manifest of the run says. */
const setupOf = async ({ plan, agentName, agentOptions, recipe }: Prepared) => ({
  world: await withSoftware(plan.world),
  agent: agentName,
  agentOptions,
  hooks: plan.hooks,
  seed: plan.seed,
  limits: {
    maxSteps: plan.maxSteps,
    ...samplingLimits(plan.sampling),
    ...dynamicLimits(plan.dynamic ?? null),
    ...linkedLimits(plan.linked ?? null),
  },
  recipe: recipe?.json ?? null,
})

function reportOf(
  { plan, out }: Prepared,
  summary: Summary,
  seconds: number,
  isInterrupted: boolean,
): Omit<RolloutReport, 'sampling' | 'dynamic'> {
  const { world, agent, split, seed } = plan
  const identity = { run: out, remote: null, environment: world.environment.id, agent: agent.name, split, seed }
  const usage = agent.usage?.() ?? null
  const models = modelLines(plan.hooks)
  return { ...identity, isInterrupted, summary, usage, models, seconds, stepsPerSecond: summary.steps / seconds }
}
