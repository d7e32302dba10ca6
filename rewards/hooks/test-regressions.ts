import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { earlyResultsOfStep, lastEarlyResults } from '../tests/results.ts'

/**
 * `-penalty` times the share of the tests that passed before the step and fail after it: what a change broke. 0 where it
 * broke nothing. The tests are those that ran before the reply: public ones where the environment keeps hidden ones for the
 * end. Declines for steps that ran no test, and where the tests are others than before.
 */
export default defineRewardHook({
  name: 'test-regressions',
  version: 2,
  scope: 'turn',
  summary: 'minus the penalty for the share of tests that the step broke',
  options: { penalty: 1 },
  ranges: { penalty: AMOUNT_RANGE },
  reward(step, { history, options: { penalty } }) {
    const after = earlyResultsOfStep(step)
    const before = lastEarlyResults(history) ?? after
    if (after === null || before === null || before.length !== after.length) return null
    const broken = after.filter((passes, test) => before[test] && !passes).length
    return 0 - (penalty * broken) / after.length
  },
})
