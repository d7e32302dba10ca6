import { initialPolicyWeights } from '../../agents/policy.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { estimators } from '../../registry/index.ts'
import { trainingOptions } from '../../training/options.ts'
import { trainPolicy } from '../../training/train.ts'
import { type CurvePoint, finalSuccess, hasReached } from './curve.ts'
import type { Setting } from './setting.ts'

/** The common start of a seed, and how good it is. */
export interface WarmStart {
  readonly seed: number
  readonly weights: Weights
  /** Mean success of the last three iterations; 0 for an untrained policy. */
  readonly success: number
  readonly steps: number
}

/**
 * Trains the policy from which every method starts: GRPO on graded rewards until it succeeds now and then, as a language
 * model does before it is trained. Untrained where the plan asks for no success.
 */
export async function warmStart(setting: Setting, seed: number): Promise<WarmStart> {
  const { plan, gradedWorld, hooks, catalogs } = setting
  const { success, iterations, learningRate } = plan.warm
  const options = trainingOptions({ ...plan.training, iterations, learningRate, evalEvery: 0 })
  let weights = initialPolicyWeights(options, seed)
  if (success === 0) return { seed, weights, success: 0, steps: 0 }
  const curve: CurvePoint[] = []
  const advantages = { estimator: await estimators(catalogs).load('grpo') }
  const shared = { world: gradedWorld, hooks, split: plan.split, evalSplit: plan.heldOutSplit }
  for await (const { report, state } of trainPolicy({ ...shared, advantages, seed, options })) {
    curve.push({ steps: report.environmentSteps, success: report.success ?? 0 })
    weights = state.adam.weights
    if (hasReached(curve, success)) break
  }
  return { seed, weights, success: finalSuccess(curve), steps: curve.at(-1)?.steps ?? 0 }
}
