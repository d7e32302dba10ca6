import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { resultsByTime, shareOf } from '../tests/results.ts'

/**
 * By how much each step raised the share of all tests that pass, hidden ones included, from -1 to 1: from results that
 * the last step recorded for what the workspace was before and after each. It judges once a group has closed, so that
 * replies cannot show what hidden tests say. Declines for steps without such results.
 */
export default defineRewardHook({
  name: 'test-progress',
  version: 1,
  scope: 'group',
  summary: 'by how much the step raised the share of all tests that pass, from results recorded at the end',
  reward: ({ trajectories }) => ({ perStep: trajectories.map(({ steps }) => progressOf(steps)) }),
})

function progressOf(steps: readonly Step[]): readonly (number | null)[] {
  const results = resultsByTime(steps)
  return steps.map(({ index }) => {
    const [before, after] = [results.get(index), results.get(index + 1)]
    return before && after && before.length === after.length ? shareOf(after) - shareOf(before) : null
  })
}
