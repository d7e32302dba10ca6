import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/** `-cost` for every step, so that shorter episodes score higher. */
export default defineRewardHook({
  name: 'step-cost',
  version: 1,
  scope: 'turn',
  summary: 'minus the cost, for every step',
  options: { cost: 0.01 },
  ranges: { cost: AMOUNT_RANGE },
  reward: (_, { options: { cost } }) => 0 - cost,
})
