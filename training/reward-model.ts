import {
  choiceFeatures,
  FEATURES_NAME,
  featureLists,
  initialPolicyWeights,
  type PolicySizes,
} from '../agents/policy.ts'
import type { Seed } from '../core/data/rng.ts'
import type { Group } from '../core/data/types.ts'
import { type CategoricalAction, categoricalNetwork } from '../models/networks/categorical.ts'
import type { Runtime } from '../models/runtime/runtime.ts'
import type { Weights } from '../models/weights/weights.ts'
import {
  choiceReader,
  type FeaturesOf,
  type OnlineReward,
  type OnlineState,
  openOnlineReward,
  type SuccessOf,
} from '../rewards/process/index.ts'
import type { RewardModelReport } from './iteration.ts'
import { returnOf } from './measures.ts'

/** How the reward model of a policy is opened. */
export interface PolicyRewardSettings {
  readonly runtime: Pick<Runtime, 'load' | 'store'>
  /**
   * `oprl`: pairs of a success and a failure, against the policy that acted (arXiv 2509.19199). `prime`: cross-entropy
   * of outcomes, against its own first weights (arXiv 2502.01456).
   */
  readonly method: 'oprl' | 'prime'
  readonly sizes: PolicySizes
  /** Seed of its first weights, with which every action is equally likely, where there is no `start`. */
  readonly seed: Seed
  /** First weights, such as those that the policy starts with. @default by `seed` */
  readonly start?: Weights
  /** Steps of AdamW an iteration. */
  readonly minibatches: number
  /** Step size of AdamW: below the policy's, the model lags behind the policy. */
  readonly learningRate: number
  /** What it had learnt, where a training is resumed. */
  readonly from?: OnlineState | null
}

/** Name of the signal: what estimators of implicit rewards read by default. */
export const PROCESS_SIGNAL = 'process'

/** Rows that are scored together. */
const SCORED_TOGETHER = 128

/** Reward model that learns beside a policy, from what the groups of an iteration earned. */
export interface PolicyReward {
  readonly model: OnlineReward
  /**
   * Has it learn from groups that its hook has judged. A trajectory counts as a success where it returned more than the
   * mean of its group; groups whose trajectories returned the same are left out, as PRIME filters them. Where rewards
   * say success alone, that is the success.
   * @throws GymError MODEL_FAILED
   */
  learn(groups: readonly Group[]): Promise<RewardModelReport>
}

/**
 * Reward model over the features of the policy, whose network has the same sizes.
 * @throws GymError CONFIG_INVALID, MODEL_INVALID, MODEL_FAILED as `openOnlineReward`.
 */
export async function openPolicyReward(settings: PolicyRewardSettings): Promise<PolicyReward> {
  let outcomes: ReadonlyMap<string, boolean> = new Map()
  const model = await openModel(settings, ({ id }) => outcomes.get(id) ?? null)
  return {
    model,
    async learn(groups) {
      outcomes = new Map(groups.flatMap(outcomesOf))
      const { loss, heldOut, warning, measuredVersion } = await model.update(groups)
      return { loss, pairAccuracy: heldOut.pairAccuracy, pairs: heldOut.pairs, warning, version: measuredVersion }
    },
  }
}

/** Which trajectories of a group returned more than its mean; none where all returned the same. */
function outcomesOf({ trajectories }: Group): readonly (readonly [string, boolean])[] {
  const returns = trajectories.flatMap((trajectory) => {
    const value = returnOf(trajectory)
    return value === null ? [] : [[trajectory.id, value] as const]
  })
  const mean = returns.reduce((sum, [, value]) => sum + value, 0) / returns.length
  const isMixed = returns.some(([, value]) => value !== returns[0]?.[1])
  return isMixed ? returns.map(([id, value]) => [id, value > mean]) : []
}

function openModel(settings: PolicyRewardSettings, isSuccess: SuccessOf): Promise<OnlineReward> {
  const { runtime, method, sizes, seed, start, minibatches, learningRate, from = null } = settings
  const { features, hidden } = sizes
  return openOnlineReward<CategoricalAction>(
    {
      ...{ runtime, minibatches, learningRate, isSuccess, name: PROCESS_SIGNAL },
      network: categoricalNetwork({ features, hidden }),
      reader: choiceReader(`${FEATURES_NAME}/${features}`, rememberedFeatures(features)),
      ...(method === 'oprl'
        ? { loss: 'preference', reference: 'behaviour' }
        : { loss: 'cross-entropy', reference: 'frozen' }),
      // Without a cache a resumed training scores in the same batches as one that was not interrupted.
      limits: { tokenBudget: SCORED_TOGETHER, cacheSize: 0 },
    },
    from ?? start ?? initialPolicyWeights(sizes, seed),
  )
}

/** Features of the actions of a step: members of a group share states, and each step is read to judge and to learn. */
function rememberedFeatures(count: number): FeaturesOf {
  const known = new Map<string, ReturnType<FeaturesOf>>()
  return ({ observation }, { actions }) => {
    const key = `${observation}\n${JSON.stringify(actions)}`
    const before = known.get(key)
    if (before) return before
    const features = featureLists(choiceFeatures({ observation, actions }, count))
    if (known.size >= MOST_STATES) known.clear()
    known.set(key, features)
    return features
  }
}

/** States that are remembered; then all are forgotten. */
const MOST_STATES = 4000
