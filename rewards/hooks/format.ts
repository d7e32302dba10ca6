import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * 0 for a valid action, `-penalty` for one that could not be read or did nothing by the rules.
 *
 * Credit methods with an invalid-action penalty of their own read `isActionValid` and not this signal: with such a
 * penalty, leave this one out of the recipe, or bad actions pay twice.
 */
export default defineRewardHook({
  name: 'format',
  version: 1,
  scope: 'turn',
  summary: 'minus the penalty for an action that could not be read or did nothing by the rules, else 0',
  options: { penalty: 0.1 },
  ranges: { penalty: AMOUNT_RANGE },
  reward: ({ isActionValid }, { options: { penalty } }) => (isActionValid ? 0 : 0 - penalty),
})
