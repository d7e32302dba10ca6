import { networkAgent, policyNetwork, stateScorer } from '../../agents/policy.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Weights } from '../../models/weights/weights.ts'
import type { Iteration, IterationReport } from '../../training/iteration.ts'
import { meanKnown, successOf } from '../../training/measures.ts'
import { trainingOptions } from '../../training/options.ts'
import type { PolicyReward } from '../../training/reward-model.ts'
import { rollOutGroups } from '../../training/rollouts.ts'
import { trainPolicy } from '../../training/train.ts'
import { advantageSource } from './advantage-source.ts'
import { areaUnder, type CurvePoint, finalSuccess, stepsTo } from './curve.ts'
import type { Method } from './method.ts'
import type { RunKey } from './plan.ts'
import { openRunReward } from './reward-model.ts'
import { methodLabelled, type Setting } from './setting.ts'
import { StepMeasures } from './step-measures.ts'

/** What one training run came to. Shares are from 0 to 1. */
export interface RunResult extends RunKey {
  /** Mean success over the environment steps of the budget. */
  readonly area: number
  /** Mean success of the last three iterations. */
  readonly final: number
  /** Success on held-out tasks, at the end. */
  readonly heldOut: number
  /** Environment steps to a success of one half, and of 80 %; null where it was not reached. */
  readonly stepsTo50: number | null
  readonly stepsTo80: number | null
  readonly iterations: number
  /** Mean share of groups whose episodes have different returns: the others teach most estimators nothing. */
  readonly mixedGroups: number
  /** Mean share of rows whose anchor occurs more than once in their group. */
  readonly repeatedAnchors: number
  /**
   * Mean share of the pairs of anchor and action, of those that were seen more than once in a group, that led to several
   * next anchors; null without one.
   */
  readonly aliasing: number | null
  /** Mean correlation with the exact advantages, of the iterations where they were computed; null without one. */
  readonly stepCorrelation: number | null
  /** Mean held-out pair accuracy of the reward model; null without one. */
  readonly pairAccuracy: number | null
  /** Success of each iteration over environment steps. */
  readonly curve: readonly CurvePoint[]
  /** Time it took, busy or not. */
  readonly seconds: number
}

/** More than any budget takes: the budget ends a run. */
const MOST_ITERATIONS = 100_000

/**
 * One training run from a common start: a function of the plan, the key and the start.
 * @throws GymError as `trainPolicy`; CONFIG_INVALID for a method that the plan does not have
 */
export async function runOnce(setting: Setting, key: RunKey, start: Weights): Promise<RunResult> {
  const began = performance.now()
  const measures = new StepMeasures(setting)
  const { reports, weights } = await trained(setting, key, start, measures)
  const curve = reports.map(({ environmentSteps: steps, success }) => ({ steps, success: success ?? 0 }))
  const seconds = Math.round((performance.now() - began) / 100) / 10
  return {
    ...key,
    area: rounded(areaUnder(curve, setting.plan.budget)),
    final: rounded(finalSuccess(curve)),
    heldOut: rounded(await heldOutSuccess(setting, weights)),
    stepsTo50: stepsTo(curve, 0.5),
    stepsTo80: stepsTo(curve, 0.8),
    iterations: curve.length,
    mixedGroups: rounded(meanOf(reports.map(({ mixedGroups }) => mixedGroups))),
    repeatedAnchors: rounded(meanOf(reports.map(({ repeatedAnchors }) => repeatedAnchors))),
    aliasing: roundedKnown(measures.aliasing),
    stepCorrelation: roundedKnown(measures.stepCorrelation),
    pairAccuracy: roundedKnown(meanKnown(reports.map(({ rewardModel }) => rewardModel?.pairAccuracy ?? null))),
    curve: curve.map(({ steps, success }) => ({ steps, success: rounded(success) })),
    seconds,
  }
}

async function trained(setting: Setting, key: RunKey, start: Weights, measures: StepMeasures) {
  const method = methodLabelled(setting.plan, key.method)
  const opened = await openRunReward(setting, method, key, start)
  try {
    return await trainedBeside(setting, key, { method, start, measures, rewardModel: opened?.reward })
  } finally {
    await opened?.close()
  }
}

interface RunParts {
  readonly method: Method
  readonly start: Weights
  readonly measures: StepMeasures
  readonly rewardModel: PolicyReward | undefined
}

async function trainedBeside(
  { plan, world, hooks, oracle, catalogs }: Setting,
  { rate, seed }: RunKey,
  { method, start, measures, rewardModel }: RunParts,
) {
  const advantages = await advantageSource(method, seed, oracle, catalogs)
  const options = { ...plan.training, iterations: MOST_ITERATIONS, learningRate: rate, evalEvery: 0 }
  const shared = { world, hooks, split: plan.split, evalSplit: plan.heldOutSplit, start, options }
  const own = { advantages, seed: runSeed(seed), ...(rewardModel && { rewardModel }) }
  const reports: IterationReport[] = []
  let last: Iteration | null = null
  for await (const iteration of trainPolicy({ ...shared, ...own, onCredited: measures.onCredited })) {
    last = iteration
    reports.push(iteration.report)
    if (iteration.report.environmentSteps >= plan.budget) break
  }
  return { reports, weights: last?.state.adam.weights ?? start }
}

/** Other episodes than those of the common start, which has the seed itself. */
const runSeed = (seed: number): number => seed + 1_000_000

/** Episodes of a held-out task. */
const HELD_OUT_EPISODES = 4

/** Group numbers that no training reaches. */
const HELD_OUT_GROUPS = 1_600_000_000

async function heldOutSuccess({ plan, world, hooks }: Setting, weights: Weights): Promise<number> {
  const { evalTasks } = trainingOptions(plan.training)
  const count = Math.min(world.tasks.size(plan.heldOutSplit), evalTasks)
  const groups = await rollOutGroups({
    world,
    hooks,
    agent: networkAgent(stateScorer(policyNetwork(weights))),
    split: plan.heldOutSplit,
    tasks: Array.from({ length: count }, (_, at) => at),
    size: HELD_OUT_EPISODES,
    seed: 0,
    firstGroup: HELD_OUT_GROUPS,
    runKey: '',
    signal: new AbortController().signal,
  })
  const success = successOf((groups ?? []).flatMap(({ trajectories }) => trajectories))
  if (success === null) throw new GymError('SIGNAL_MISSING', 'no held-out episode was judged by the hook success')
  return success
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** Figures have four decimals, so that files of results are short. */
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

const roundedKnown = (value: number | null): number | null => value && rounded(value)
