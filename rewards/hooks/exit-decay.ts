import { defineRewardHook } from '../../core/reward/hook.ts'
import { exitAdvantages, exitRewards } from '../lengths/exits.ts'
import { amongKnown, choice, outcomesOf } from '../recorded.ts'

/**
 * Rewards that decay by exit, after S-GRPO (Dai et al., arXiv 2505.07686, read second hand; no author code): members of
 * a group are exits of one path, from early to late by their number of steps, equal ones by member; the n-th right one
 * has base^-(n - 1), a wrong one 0. `value: 'advantage'` takes off the mean. An outcome above 0 is right. Declines for
 * members without the outcome, which count for nothing.
 */
export default defineRewardHook({
  name: 'exit-decay',
  version: 1,
  scope: 'group',
  summary: 'right answers halve from one exit of a path to the next, after S-GRPO',
  options: { signal: 'success', base: 2, value: 'reward' },
  ranges: { base: [1, 1000] },
  reward({ trajectories }, { options: { signal, base, value } }) {
    const isAdvantage = choice('exit-decay', 'value', value, ['reward', 'advantage']) === 'advantage'
    const lengths = trajectories.map(({ steps }) => steps.length)
    const order = lengths.map((_, at) => at).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
    const outcomes = outcomesOf(trajectories, signal)
    const byExit = amongKnown(
      order.map((at) => outcomes[at] ?? null),
      (known) => {
        const rewards = exitRewards(
          known.map((outcome) => outcome > 0),
          base,
        )
        return isAdvantage ? exitAdvantages(rewards) : rewards
      },
    )
    const perTrajectory: (number | null)[] = outcomes.map(() => null)
    order.forEach((place, at) => {
      perTrajectory[place] = byExit[at] ?? null
    })
    return { perTrajectory }
  },
})
