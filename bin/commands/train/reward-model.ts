import { openRuntime } from '../../../models/runtime/runtime.ts'
import type { OnlineState } from '../../../rewards/process/index.ts'
import { openPolicyReward, type PolicyReward } from '../../../training/reward-model.ts'
import type { PreparedTraining } from './prepare.ts'

/** A reward model with the device that it runs on. */
export interface OpenedReward {
  readonly reward: PolicyReward
  close(): Promise<void>
}

/**
 * Opens the reward model of a training on the CPU, where equal trainings compute equal bits.
 * @param from what it had learnt, where the training is resumed
 * @returns Null for a training without one.
 * @throws GymError DEVICE_UNAVAILABLE where models cannot run; MODEL_INVALID for what it had learnt.
 */
export async function openReward(
  { rewardModel: method, setup: { options, seed = 0 } }: PreparedTraining,
  from: OnlineState | null,
): Promise<OpenedReward | null> {
  if (method === null) return null
  const runtime = await openRuntime({ device: 'cpu' })
  try {
    const { features, hidden, minibatches, learningRate } = options
    const settings = { runtime, method, sizes: { features, hidden }, seed, minibatches, learningRate, from }
    const reward = await openPolicyReward(settings)
    const close = async (): Promise<void> => {
      await reward.model.close()
      await runtime.close()
    }
    return { reward, close }
  } catch (thrown) {
    await runtime.close()
    throw thrown
  }
}
