import { meanOf } from '../numbers.ts'

/**
 * Rewards that decay by exit, after S-GRPO (Dai et al., arXiv 2505.07686; read second hand): along one path, from early
 * exits to the full path, the n-th right answer has base^-(n - 1), a wrong one 0.
 */
export function exitRewards(isRight: readonly boolean[], base: number): readonly number[] {
  let rank = 0
  return isRight.map((right) => (right ? base ** -rank++ : 0))
}

/** Rewards of exits less their mean, without a deviation. */
export const exitAdvantages = (rewards: readonly number[]): readonly number[] => {
  const mean = meanOf(rewards)
  return rewards.map((reward) => reward - mean)
}
