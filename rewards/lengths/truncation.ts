/**
 * DLER's reward of a response that did not end by itself (NVlabs/DLER `verl-dler/verl/workers/reward_manager/dapo.py:
 * _apply_stop_properly_penalty`): the reward times `factor`, so that a negative one rises.
 */
export const truncatedReward = (reward: number, isStopped: boolean, factor: number): number =>
  isStopped ? reward : reward * factor

/** Lengths in tokens from which a response is too long. */
export interface OverlongLimits {
  /** Most tokens of a response. */
  readonly maxTokens: number
  /** Tokens before the limit in which the penalty grows. */
  readonly buffer: number
  /** Penalty at the limit. */
  readonly factor: number
}

/**
 * DAPO's soft penalty (arXiv 2503.14476, equation 13; verl `recipe/dapo`): 0 up to `maxTokens - buffer`, then falling
 * linearly to `-factor` at `maxTokens`, and on with the same slope.
 */
export const overlongPenalty = (length: number, { maxTokens, buffer, factor }: OverlongLimits): number =>
  Math.min((-(length - (maxTokens - buffer)) / buffer) * factor, 0) + 0
