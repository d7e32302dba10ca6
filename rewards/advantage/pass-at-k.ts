import { GymError } from '../../core/data/errors.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { EPSILON, flag, NORM } from '../estimator/options.ts'
import { firstRows, OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { largestOf, settled } from '../estimator/rounding.ts'
import { momentsOf } from '../estimator/statistics.ts'
import { type Grouping, NO_GROUP } from '../grouping/grouping.ts'

/**
 * Pass@k (arXiv 2503.19595): only the best of a group is rewarded, by its lead over the second:
 * A = (first - second) / (std + epsilon), 0 for all others. Reference: verl, `core_algos.py:
 * compute_grpo_passk_outcome_advantage`, which raises for a group of one; in paper mode such a group has nothing
 * to lead by, and 0.
 *
 * The reference credits one row. With `crossSteps` all rows compete, and the rows of one episode tie with one another,
 * so that with several steps an episode it credits nothing; the default here is one row a trajectory. In paper mode
 * every row of the best trajectory has the advantage.
 */
export default defineEstimator({
  name: 'pass-at-k',
  summary: 'the lead of the best episode of a group over the second best',
  consumes: ['env'],
  options: { ...OUTCOME, norm: NORM, epsilon: EPSILON, crossSteps: flag(false) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    const isMember = options.crossSteps ? scope.mask : firstRows(batch, scope.mask)
    const { sizes, deviations } = momentsOf(scope.episodes, scores, { isMember, mode: options.mode })
    if (options.mode === 'reference' && sizes.includes(1))
      throw new GymError('SIGNAL_MISSING', 'pass-at-k needs two episodes or more in every group in mode reference')
    const largest = largestOf(scope.episodes, scores)
    const { best, leads } = winnersOf(scope.episodes, scores, isMember)
    const isCredited = (winner: number, row: number): boolean =>
      options.mode === 'reference' ? winner === row : batch.trajectoryOf[winner] === batch.trajectoryOf[row]
    const advantages = scores.map((_, row) => {
      const group = scope.episodes.ids[row] ?? NO_GROUP
      if ((sizes[group] ?? 0) < 2 || !isCredited(best[group] ?? NO_GROUP, row)) return 0
      const lead = settled(leads[group] ?? 0, largest[group] ?? 0, options.mode)
      return lead / (options.norm === 'mean_norm' ? 1 : (deviations[group] ?? 0) + options.epsilon || 1)
    })
    return { advantages, scope, scores }
  },
})

interface Winners {
  /** Row of the best of each group. */
  readonly best: Int32Array
  /** By how much it is better than the second. */
  readonly leads: Float64Array
}

function winnersOf({ ids, count }: Grouping, scores: Float64Array, isMember: Uint8Array): Winners {
  const best = new Int32Array(count).fill(-1)
  const seconds = new Float64Array(count).fill(-Infinity)
  for (let row = 0; row < ids.length; row++) {
    const group = ids[row] ?? NO_GROUP
    if (group === NO_GROUP || !isMember[row]) continue
    const [score, leader] = [scores[row] ?? 0, best[group] ?? -1]
    const leading = leader < 0 ? -Infinity : (scores[leader] ?? 0)
    if (score > leading) [seconds[group], best[group]] = [leading, row]
    else seconds[group] = Math.max(seconds[group] ?? 0, score)
  }
  return { best, leads: seconds.map((second, group) => (scores[best[group] ?? 0] ?? 0) - second) }
}
