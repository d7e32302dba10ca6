import { initialPolicyWeights, networkAgent, policyNetwork, stateScorer } from '../../../agents/policy.ts'
import type { Group } from '../../../core/data/types.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import shop from '../../../envs/shop-miniature/index.ts'
import { boundNamed } from '../../../evaluation/comparison/method.ts'
import type { ComparisonPlan } from '../../../evaluation/comparison/plan.ts'
import type { RunResult } from '../../../evaluation/comparison/run.ts'
import { rollOutGroups } from '../../../training/rollouts.ts'

/** A plan over the short shop, small enough to be run in a test. */
export const SMALL_PLAN: ComparisonPlan = {
  name: 'small',
  environment: 'shop-miniature',
  options: { length: 'short', reward: 'graded' },
  split: 'train',
  heldOutSplit: 'validation',
  methods: [
    { kind: 'estimator', label: 'rloo', estimator: 'rloo', options: {}, isTuned: true },
    { kind: 'random-reward', label: 'random-reward', isTuned: false },
    { kind: 'untrained', label: 'untrained', isTuned: false },
  ],
  rates: [0.01, 0.02],
  trialSeeds: [101],
  seeds: [1, 2],
  budget: 60,
  exactEvery: 0,
  training: { tasks: 2, groups: 2, groupSize: 2, evalTasks: 2, features: 64, hidden: 4 },
  warm: { options: { reward: 'graded' }, success: 0, learningRate: 0.01, iterations: 2 },
}

export const ORACLE = boundNamed('oracle')

/** A run with an area, and everything else the same. */
export const runWith = (method: string, seed: number, area: number, rate = 0.01): RunResult => ({
  ...{ method, seed, rate, area, final: area, heldOut: area / 2, stepsTo50: 10, stepsTo80: null, iterations: 1 },
  ...{ mixedGroups: 0.5, repeatedAnchors: 0.9, aliasing: 0, stepCorrelation: null, pairAccuracy: null },
  ...{ curve: [{ steps: 60, success: area }], seconds: 1 },
})

/** Groups that an untrained policy plays in the world of `SMALL_PLAN`. */
export async function playedGroups(tasks: readonly number[], size: number): Promise<readonly Group[]> {
  const groups = await rollOutGroups({
    world: await openWorld(shop, SMALL_PLAN.options),
    agent: networkAgent(stateScorer(policyNetwork(initialPolicyWeights({ features: 64, hidden: 4 }, 1)))),
    ...{ hooks: hookSet([]), split: 'train', tasks, size, seed: 1, firstGroup: 0, runKey: '' },
    signal: new AbortController().signal,
  })
  if (groups === null) throw new Error('nothing interrupts it')
  return groups
}
