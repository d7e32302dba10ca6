import { initialPolicyWeights } from '../../agents/policy.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { World } from '../../core/episode/world.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import { openRuntime, type Runtime } from '../../models/runtime/runtime.ts'
import type { Weights } from '../../models/weights/weights.ts'
import rloo from '../../rewards/advantage/rloo.ts'
import { trainingOptions } from '../../training/options.ts'
import { openPolicyReward, type PolicyReward } from '../../training/reward-model.ts'
import { trainPolicy } from '../../training/train.ts'
import { successShareWithin } from './group-filter.ts'
import type { Method, MethodRewardModel } from './method.ts'
import type { ComparisonPlan, RunKey } from './plan.ts'

/** Reward model of one run, on a device of its own. */
export interface RunReward {
  readonly reward: PolicyReward
  close(): Promise<void>
}

/** What the reward model of a run is opened with. */
export interface RewardSetting {
  readonly plan: ComparisonPlan
  readonly world: World
  readonly hooks: HookSet
}

/**
 * Opens the reward model of a method on the CPU, where equal runs compute equal bits. It begins as the policy does, or,
 * where it has another size, with every action equally likely.
 * @returns Null for a method without one.
 * @throws GymError DEVICE_UNAVAILABLE, MODEL_INVALID, TASK_UNKNOWN for a split of pre-training that is not there
 */
export async function openRunReward(
  setting: RewardSetting,
  method: Method,
  { rate, seed }: RunKey,
  policy: Weights,
): Promise<RunReward | null> {
  if (method.kind !== 'estimator' || !method.rewardModel) return null
  const runtime = await openRuntime({ device: 'cpu' })
  try {
    const opening = { setting, runtime, seed, parts: method.rewardModel }
    const start = await pretrained(opening, policy)
    const reward = await openModel(opening, start, method.rewardModel.relativeRate * rate)
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

interface Opening {
  readonly setting: RewardSetting
  readonly runtime: Runtime
  readonly seed: Seed
  readonly parts: MethodRewardModel
}

function openModel({ setting, runtime, seed, parts }: Opening, start: Weights, learningRate: number) {
  const { method, minibatches } = parts
  return openPolicyReward({
    ...{ method, minibatches, learningRate, runtime, seed, start },
    sizes: sizesOf(setting, parts),
  })
}

function sizesOf({ plan }: RewardSetting, parts: MethodRewardModel) {
  const { features, hidden } = trainingOptions(plan.training)
  return { features, hidden: parts.hidden ?? hidden }
}

/** First weights of the model: those of the policy that the run starts with, or what they become on other tasks. */
async function pretrained(opening: Opening, policy: Weights): Promise<Weights> {
  const { setting, seed, parts } = opening
  const first = parts.hidden === undefined ? policy : initialPolicyWeights(sizesOf(setting, parts), seed)
  const { pretraining } = parts
  if (!pretraining) return first
  const { plan, world, hooks } = setting
  const { split, iterations, learningRate } = pretraining
  const rewardModel = await openModel(opening, first, learningRate)
  try {
    const options = { ...plan.training, tasks: 0, iterations, learningRate, evalEvery: 0 }
    const shared = { world, hooks, split, evalSplit: split, start: policy, options, seed }
    for await (const _ of trainPolicy({ ...shared, advantages: { estimator: rloo }, rewardModel }));
    return (await rewardModel.model.state()).progress.weights
  } finally {
    await rewardModel.model.close()
  }
}

/** Learns from the groups whose share of successes is within bounds. */
function learningWithin(reward: PolicyReward, share: readonly [number, number] | undefined): PolicyReward {
  if (!share) return reward
  return { ...reward, learn: (groups) => reward.learn(groups.filter((group) => successShareWithin(group, share))) }
}
