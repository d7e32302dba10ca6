import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * `-penalty` for a search whose words were searched for before in this episode, in any order and case: its hits are
 * known. Environments say what was searched for in `info.query`. 0 for a new query; declines for steps without one.
 */
export default defineRewardHook({
  name: 'redundant-queries',
  version: 1,
  scope: 'turn',
  summary: 'minus the penalty for a search whose words were searched for before',
  options: { penalty: 0.1 },
  ranges: { penalty: AMOUNT_RANGE },
  reward(step, { history, options: { penalty } }) {
    const words = wordsOf(step)
    if (words === null) return null
    return history.some((earlier) => wordsOf(earlier) === words) ? 0 - penalty : 0
  },
})

function wordsOf({ info: { query } }: Step): string | null {
  if (typeof query !== 'string') return null
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words)].sort().join(' ')
}
