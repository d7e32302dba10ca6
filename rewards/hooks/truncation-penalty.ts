import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { truncatedReward } from '../lengths/truncation.ts'
import { endedByItself } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * An outcome, times `factor` where the last action was cut (finish reason other than `stop`) or a limit ended the
 * episode: DLER's truncation penalty (arXiv 2510.15110; NVlabs/DLER `_apply_stop_properly_penalty`, factor 0.1). A
 * negative outcome rises by it: use one that is not. DLER filters groups by the outcome before the penalty. Declines
 * without the outcome or without token evidence of the last action.
 */
export default defineRewardHook({
  name: 'truncation-penalty',
  version: 1,
  scope: 'group',
  summary: 'an outcome, times a factor if the last action or the episode was cut, as in DLER',
  options: { signal: 'success', factor: 0.1 },
  ranges: { factor: AMOUNT_RANGE },
  reward: ({ trajectories }, { options: { signal, factor } }) => ({
    perTrajectory: trajectories.map((trajectory) => {
      const [outcome, isStopped] = [signalValue(trajectory.rewards, signal), endedByItself(trajectory)]
      return outcome === null || isStopped === null ? null : truncatedReward(outcome, isStopped, factor)
    }),
  }),
})
