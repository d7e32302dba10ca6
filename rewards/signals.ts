import type { Reward } from '../core/data/types.ts'

/** A signal of a reward vector; undefined where none of that name was recorded. */
export const signalNamed = (rewards: readonly Reward[], name: string): Reward | undefined =>
  rewards.find((reward) => reward.name === name)

/** Its value; null where it was not computed or not recorded. */
export const signalValue = (rewards: readonly Reward[], name: string): number | null =>
  signalNamed(rewards, name)?.value ?? null
