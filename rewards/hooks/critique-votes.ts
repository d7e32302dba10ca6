import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Json } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { CRITIQUE_VOTES, critiqueReward, wrongSteps } from '../judging/critique.ts'
import { allKnown, choice, lastRecorded } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/**
 * Outcome * `whole`, minus `process` at steps that critiques call wrong: after CAPO (Xie et al., arXiv 2508.02298, read
 * second hand: 2 and 1, four critiques). The last step records `critiques`, for each critique a list of the positions
 * of wrong steps. `vote` says how they agree: `intersection`, `majority` (at least half) or `union`. Declines without
 * the outcome or a critique; a critique that names a step that does not exist makes all unknown.
 */
export default defineRewardHook({
  name: 'critique-votes',
  version: 1,
  scope: 'group',
  summary: 'outcome, less a penalty at steps that recorded critiques call wrong, after CAPO',
  options: { signal: 'success', vote: 'majority', whole: 2, process: 1 },
  ranges: { whole: AMOUNT_RANGE, process: AMOUNT_RANGE },
  reward({ trajectories }, { options: { signal, vote, ...weights } }) {
    const kind = choice('critique-votes', 'vote', vote, CRITIQUE_VOTES)
    return {
      perStep: trajectories.map((trajectory) => {
        const { steps, rewards } = trajectory
        const outcome = signalValue(rewards, signal)
        const wrong = wrongSteps(positionsIn(lastRecorded(trajectory, 'critiques'), steps.length) ?? [], kind)
        return steps.map((_, at) =>
          outcome === null || wrong === null ? null : critiqueReward(outcome, wrong.includes(at), weights),
        )
      }),
    }
  },
})

/** Lists of positions below `count`; null for anything else. */
function positionsIn(value: Json, count: number): readonly (readonly number[])[] | null {
  if (!Array.isArray(value)) return null
  return allKnown(
    value.map((each) => {
      const positions = Array.isArray(each) ? each.filter((at): at is number => Number.isSafeInteger(at)) : []
      const fits = Array.isArray(each) && positions.length === each.length
      return fits && positions.every((at) => at >= 0 && at < count) ? positions : null
    }),
  )
}
