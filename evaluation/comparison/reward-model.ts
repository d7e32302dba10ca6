import { openRuntime } from '../../models/runtime/runtime.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { trainingOptions } from '../../training/options.ts'
import { openPolicyReward, type PolicyReward } from '../../training/reward-model.ts'
import { successShareWithin } from './group-filter.ts'
import type { Method } from './method.ts'
import type { ComparisonPlan, RunKey } from './plan.ts'

/** Reward model of one run, on a device of its own. */
export interface RunReward {
  readonly reward: PolicyReward
  close(): Promise<void>
}

/**
 * Opens the reward model of a method on the CPU, where equal runs compute equal bits. It begins as the policy does.
 * @returns Null for a method without one.
 * @throws GymError DEVICE_UNAVAILABLE, MODEL_INVALID
 */
export async function openRunReward(
  plan: ComparisonPlan,
  method: Method,
  { rate, seed }: RunKey,
  start: Weights,
): Promise<RunReward | null> {
  if (method.kind !== 'estimator' || !method.rewardModel) return null
  const { method: loss, minibatches, relativeRate } = method.rewardModel
  const { features, hidden } = trainingOptions(plan.training)
  const runtime = await openRuntime({ device: 'cpu' })
  try {
    const settings = { method: loss, minibatches, learningRate: relativeRate * rate, sizes: { features, hidden } }
    const reward = await openPolicyReward({ ...settings, runtime, seed, start })
    const close = async (): Promise<void> => {
      await reward.model.close()
      await runtime.close()
    }
    return { reward: learningWithin(reward, method.successShare), close }
  } catch (thrown) {
    await runtime.close()
    throw thrown
  }
}

/** Learns from the groups whose share of successes is within bounds. */
function learningWithin(reward: PolicyReward, share: readonly [number, number] | undefined): PolicyReward {
  if (!share) return reward
  return { ...reward, learn: (groups) => reward.learn(groups.filter((group) => successShareWithin(group, share))) }
}
