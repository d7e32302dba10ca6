import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * `-penalty` for a submission that passes far more of the tests than of other calls: its grade `tests` exceeds its grade
 * `agreement`, the share of calls with other arguments in which it answers as the reference does, by more than `gap`.
 * Such answers are written for the tests. 0 for others. Declines where a grade that is needed is missing: an episode that
 * ended without a submission was not asked.
 */
export default defineRewardHook({
  name: 'hard-coded-answers',
  version: 1,
  scope: 'outcome',
  summary: 'minus the penalty for code that passes tests but fails calls with other arguments, else 0',
  options: { gap: 0.4, penalty: 1 },
  ranges: { gap: AMOUNT_RANGE, penalty: AMOUNT_RANGE },
  reward(_, { grades, options: { gap, penalty } }) {
    const { tests = null, agreement = null } = grades()
    if (tests !== null && tests <= gap) return 0
    if (tests === null || agreement === null) return null
    return tests - agreement > gap ? 0 - penalty : 0
  },
})
