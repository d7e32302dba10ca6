import { GymError } from '../../core/data/errors.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { lastResults, shareOf } from '../tests/results.ts'

/**
 * The tests that pass at the end of a trajectory: their `share`, 0 to 1, or with `measure: 'all'` 1 where all pass, else 0.
 * The results are those that its steps recorded last, hidden tests included. Declines where none were recorded.
 */
export default defineRewardHook({
  name: 'tests-passed',
  version: 1,
  scope: 'outcome',
  summary: 'share of the tests that pass at the end, or 1 if all do',
  options: { measure: 'share' },
  reward({ steps }, { options: { measure } }) {
    if (measure !== 'share' && measure !== 'all')
      throw new GymError('CONFIG_INVALID', `reward hook tests-passed: measure is share or all, not ${measure}`)
    const results = lastResults(steps)
    if (results === null) return null
    return measure === 'all' ? Number(results.every(Boolean)) : shareOf(results)
  },
})
