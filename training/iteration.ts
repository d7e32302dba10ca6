import type { NoCredit } from '../rewards/credit/index.ts'
import type { OnlineState } from '../rewards/process/index.ts'
import type { AdamState } from './adam.ts'

/** Held-out figures of a policy. */
export interface HeldOut {
  readonly split: string
  readonly episodes: number
  /** Share of episodes that succeeded; null where no hook `success` judged them. */
  readonly success: number | null
  /** Mean sum of the environment's rewards; null where none was judged. */
  readonly meanReturn: number | null
}

/** What the reward model of a training was, and learnt, in one iteration. */
export interface RewardModelReport {
  /** Mean loss of its update; null where it had nothing to learn from. */
  readonly loss: number | null
  /** Share of pairs of a success and a failure that it ordered rightly, before it learnt from them; null without a pair. */
  readonly pairAccuracy: number | null
  readonly pairs: number
  /** Advice to stop, where it has ordered pairs wrongly for several iterations: it lags behind the policy. */
  readonly warning: string | null
  /** Version that judged the steps. */
  readonly version: string
}

/** What one iteration did and saw. Figures are of the policy that acted in it, before its update. */
export interface IterationReport {
  /** Counted from 1. */
  readonly iteration: number
  /** Environment steps from the start of the training to the end of this iteration, without evaluations. */
  readonly environmentSteps: number
  readonly episodes: number
  /** Episodes that were aborted: they have no rows. */
  readonly aborted: number
  /** Share of episodes that succeeded; null where no hook `success` judged them. */
  readonly success: number | null
  /** Mean sum of the environment's rewards; null where none was judged. */
  readonly meanReturn: number | null
  /** Mean entropy of the policy in the states where it acted, in nats. */
  readonly entropy: number | null
  /** Share of the rows seen by the update whose ratio had left the clip range; null where nothing was learnt. */
  readonly clipFraction: number | null
  /** Mean norm of the gradients before clipping; null where nothing was learnt. */
  readonly gradientNorm: number | null
  /** Share of groups whose episodes have different returns. */
  readonly mixedGroups: number
  /** Share of rows whose observation occurs more than once in their group. */
  readonly repeatedAnchors: number
  readonly rows: number
  /** Rows that have an advantage: the others were left out of the update. */
  readonly creditedRows: number
  /** Why no row has an advantage; null where some have. */
  readonly noCredit: NoCredit | null
  /** What the estimator warns of. */
  readonly warnings: readonly string[]
  /** Figures on held-out tasks, every `evalEvery` iterations; else null. */
  readonly heldOut: HeldOut | null
  /** Null for a training without a reward model. */
  readonly rewardModel: RewardModelReport | null
  /** Version of the policy that acted. */
  readonly policyVersion: string
}

/** All that the next iteration depends on, beside the settings: what a checkpoint keeps. */
export interface TrainingState {
  /** Iterations done. */
  readonly iteration: number
  readonly environmentSteps: number
  readonly adam: AdamState
  /** What the reward model has learnt; null for a training without one. */
  readonly rewardModel: OnlineState | null
}

/** One finished iteration of a training. */
export interface Iteration {
  readonly report: IterationReport
  /** After the iteration's update. */
  readonly state: TrainingState
}

/** How a training ended. */
export interface TrainingEnd {
  readonly state: TrainingState
  /** Figures of the last policy; null where `evalEvery` is 0, or the training was interrupted. */
  readonly heldOut: HeldOut | null
  readonly isInterrupted: boolean
}
