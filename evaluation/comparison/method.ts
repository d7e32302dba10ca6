import type { JsonObject } from '../../core/data/types.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'

/** One way to assign advantages in training. */
export type Method = EstimatorMethod | BoundMethod

/** A registered estimator under options. */
export interface EstimatorMethod {
  readonly kind: 'estimator'
  /** Unique within a comparison. */
  readonly label: string
  readonly estimator: string
  readonly options: JsonObject
  /** Whether its learning rate is chosen among several. */
  readonly isTuned: true
  /** Reward model whose process rewards the estimator reads. @default none */
  readonly rewardModel?: MethodRewardModel
  /**
   * Least and greatest share of successes of the groups that are learnt from, by policy and reward model alike; the
   * others are left out. @default all groups
   */
  readonly successShare?: readonly [least: number, greatest: number]
}

/** Reward model that learns beside the policy, from the same weights. */
export interface MethodRewardModel {
  /** As `PolicyRewardSettings` has it. */
  readonly method: 'oprl' | 'prime'
  /** Steps of AdamW an iteration. */
  readonly minibatches: number
  /** Its learning rate, in units of the policy's. */
  readonly relativeRate: number
  /** Width of its hidden layer. @default the policy's, whose weights it then starts with */
  readonly hidden?: number
  /** What it learns before the policy is trained. @default nothing */
  readonly pretraining?: Pretraining
}

/**
 * Training of another policy, on tasks that the compared ones never play, from whose outcomes a reward model learns: the
 * model then knows tasks that the policy does not.
 */
export interface Pretraining {
  /** Its tasks, all of which are played. */
  readonly split: string
  readonly iterations: number
  /** Rate of the policy, by RLOO, and of the model. */
  readonly learningRate: number
}

/**
 * What estimators are measured against. `oracle`: exact advantages of the policy that acts; `random-reward`: RLOO of
 * coin flips in place of outcomes; `untrained`: no update at all.
 */
export interface BoundMethod {
  readonly kind: 'oracle' | 'random-reward' | 'untrained'
  readonly label: string
  readonly isTuned: boolean
}

const BOUNDS: Readonly<Record<string, BoundMethod>> = {
  oracle: { kind: 'oracle', label: 'oracle', isTuned: true },
  'random-reward': { kind: 'random-reward', label: 'random-reward', isTuned: false },
  untrained: { kind: 'untrained', label: 'untrained', isTuned: false },
}

export const BOUND_NAMES: readonly string[] = Object.keys(BOUNDS)

/** The bound of this name; null for any other name. */
export const boundNamed = (name: string): BoundMethod | null =>
  (Object.hasOwn(BOUNDS, name) ? BOUNDS[name] : null) ?? null

/** Success in the environments compared pays 1; estimators that recognise it by its reward assume 10. */
const PAY: JsonObject = { successReward: 1 }

/** What a method may be beside its estimator. */
export type MethodParts = Partial<Pick<EstimatorMethod, 'options' | 'rewardModel' | 'successShare'>>

/** Method of an estimator, its options over its defaults. */
export function estimatorMethod(
  { name, defaults }: Estimator,
  { options = {}, ...parts }: MethodParts = {},
  label = name,
): EstimatorMethod {
  const own = Object.fromEntries(Object.entries(PAY).filter(([option]) => Object.hasOwn(defaults, option)))
  return { kind: 'estimator', label, estimator: name, options: { ...own, ...options }, isTuned: true, ...parts }
}
