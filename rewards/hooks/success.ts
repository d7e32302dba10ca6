import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { signalValue } from '../signals.ts'

/**
 * 1 where the episode ended by its rules and its last step earned at least `threshold`, else 0. An episode that was truncated at
 * a limit has not succeeded. Declines where the last step's signal is null or was not recorded.
 */
export default defineRewardHook({
  name: 'success',
  version: 1,
  scope: 'outcome',
  summary: '1 if the episode terminated and its last step earned at least the threshold, else 0',
  options: { signal: 'env', threshold: 1 },
  ranges: { threshold: AMOUNT_RANGE },
  reward({ ending, steps }, { options: { signal, threshold } }) {
    if (ending !== 'terminated') return 0
    const earned = signalValue(steps.at(-1)?.rewards ?? [], signal)
    return earned === null ? null : Number(earned >= threshold)
  },
})
