import type { StepBatch } from '../../core/batch/index.ts'
import { deriveKey, keyOfSeed, Rng } from '../../core/data/rng.ts'
import type { AdvantageFunction } from '../../training/advantages.ts'

/** Streams of the coin flips. */
const STREAM = -9

/**
 * A control: RLOO of coin flips in place of outcomes, the same for all steps of an episode. What a policy learns from
 * it is not learnt from rewards.
 */
export const randomRewards =
  (seed: number): AdvantageFunction =>
  ({ batch, iteration }) => {
    const rng = new Rng(deriveKey(keyOfSeed(seed), STREAM, 0), iteration)
    const rewards = batch.trajectories.ids.map(() => Number(rng.chance(0.5)))
    const own = leaveOneOut(batch, rewards)
    return {
      advantages: Float64Array.from(batch.trajectoryOf, (trajectory) => own[trajectory] ?? 0),
      mask: new Uint8Array(batch.rowCount).fill(1),
    }
  }

/** Each reward minus the mean of the others of its group; 0 where there is no other. */
function leaveOneOut({ trajectories: { groupOf } }: StepBatch, rewards: readonly number[]): readonly number[] {
  const [sums, counts] = [new Map<number, number>(), new Map<number, number>()]
  for (const [at, group] of groupOf.entries()) {
    sums.set(group, (sums.get(group) ?? 0) + (rewards[at] ?? 0))
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return rewards.map((reward, at) => {
    const group = groupOf[at] ?? 0
    const others = (counts.get(group) ?? 1) - 1
    return others === 0 ? 0 : reward - ((sums.get(group) ?? 0) - reward) / others
  })
}
