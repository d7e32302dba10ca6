import type { Rng } from '../../core/data/rng.ts'
import type { Walks } from './walks.ts'

/**
 * How what an episode earned is misreported: `none`; `flipped`, success and failure exchanged with a chance;
 * `random`, drawn independently with the batch's own rate; `inverted`, always exchanged (controls of "Noisy rewards", and what
 * a method that learns from them cannot have learnt from the outcome).
 */
export type RewardNoise =
  | { readonly kind: 'none' }
  | { readonly kind: 'flipped'; readonly chance: number }
  | { readonly kind: 'random' }
  | { readonly kind: 'inverted' }

/** Sum of rewards, a trajectory each. */
export function returnsOf({ starts, reward }: Pick<Walks, 'starts' | 'reward'>): Float64Array {
  const returns = new Float64Array(starts.length - 1)
  for (let trajectory = 0; trajectory < returns.length; trajectory++)
    for (let row = starts[trajectory] ?? 0; row < (starts[trajectory + 1] ?? 0); row++)
      returns[trajectory] = (returns[trajectory] ?? 0) + (reward[row] ?? 0)
  return returns
}

/** Rewards as they are reported: with noise, an episode's whole reward arrives at its last step. */
export function noisyRewards(walks: Walks, noise: RewardNoise, rng: Rng): Float64Array {
  if (noise.kind === 'none') return walks.reward
  const returns = returnsOf(walks)
  const rate = returns.reduce((sum, each) => sum + each, 0) / returns.length
  const reported = new Float64Array(walks.rowCount)
  returns.forEach((earned, trajectory) => {
    reported[(walks.starts[trajectory + 1] ?? 0) - 1] = misreported(earned, noise, rate, rng)
  })
  return reported
}

function misreported(earned: number, noise: RewardNoise, rate: number, rng: Rng): number {
  if (noise.kind === 'inverted') return 1 - earned
  if (noise.kind === 'random') return rng.chance(rate) ? 1 : 0
  return noise.kind === 'flipped' && rng.chance(noise.chance) ? 1 - earned : earned
}
