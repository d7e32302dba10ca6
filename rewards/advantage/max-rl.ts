import { counted } from '../../core/data/shown.ts'
import { narrowed, scoreMembers, UNCHARGED_OUTCOME } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { choice, EPSILON } from '../estimator/options.ts'
import { scoreRows } from '../estimator/outcome.ts'
import { largestOf, settled } from '../estimator/rounding.ts'
import { momentsOf } from '../estimator/statistics.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * MaxRL (arXiv 2602.02710): A = (s - mean) / mean over the group: a success of a task that succeeds with share p gets
 * 1/p - 1, a failure -1, so that hard tasks weigh more than under a deviation. For scores that are not negative; a
 * group of zeros is 0 throughout. Each trajectory counts once.
 *
 * Reference mode follows one of two: `skyrl` (SkyRL 0.3.0, `ppo_utils.py: compute_maxrl_advantage`) divides by mean +
 * epsilon regardless of its sign, which flips every sign where it is negative, and a group of one keeps its score;
 * `prime-rl` (prime-rl, `orchestrator/algo/max_rl.py`) divides by the mean, 0 for the whole group unless that is above
 * 0. In paper mode a group with a negative score has no advantages. A trajectory with a null reward takes no part.
 */
export default defineEstimator({
  name: 'max-rl',
  summary: 'the centred episode score, divided by the mean of its group',
  consumes: ['env'],
  options: {
    ...UNCHARGED_OUTCOME,
    /** Which reference, in reference mode. */
    form: choice('skyrl', ['skyrl', 'prime-rl']),
    /** Epsilon of the form `skyrl`. */
    epsilon: EPSILON,
  },
  estimate(batch, options) {
    const { mode, epsilon } = options
    const { scope: whole, scores } = scoreRows(batch, options)
    const negative = mode === 'paper' ? negativeGroups(whole.episodes.ids, scores) : new Set<number>()
    const scope = narrowed(whole, (row) => !negative.has(whole.episodes.ids[row] ?? NO_GROUP))
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const { sizes, means } = momentsOf(scope.episodes, scores, { isMember, mode })
    const isSkyRl = mode === 'reference' && options.form === 'skyrl'
    const largest = largestOf(scope.episodes, scores)
    const advantages = scores.map((score, row) => {
      const group = scope.episodes.ids[row] ?? NO_GROUP
      const mean = means[group] ?? 0
      const difference = settled(score - mean, largest[group] ?? 0, mode)
      if (isSkyRl) return sizes[group] === 1 ? score : difference / (mean + epsilon || 1)
      return mean > 0 ? difference / mean : 0
    })
    return { advantages, scope, scores, warnings: warningsOf(negative.size) }
  },
})

function negativeGroups(groups: Int32Array, scores: Float64Array): ReadonlySet<number> {
  const found = new Set<number>()
  groups.forEach((group, row) => {
    if (group !== NO_GROUP && (scores[row] ?? 0) < 0) found.add(group)
  })
  return found
}

const warningsOf = (negative: number): readonly string[] =>
  negative > 0
    ? [`no advantages in ${counted(negative, 'group')} with a score below 0: dividing by the mean needs scores from 0`]
    : []
