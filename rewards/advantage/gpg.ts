import { defineEstimator } from '../estimator/estimator.ts'
import { number } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { groupRelative } from '../estimator/relative.ts'
import { largestOf, settled } from '../estimator/rounding.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * GPG (arXiv 2504.02546): A = alpha (s - mean) / fNorm over the group, alpha = rows of the batch / rows with a score
 * other than 0, at least 1 of them, so that batches with many failures do not fade. Reference: verl, `core_algos.py:
 * compute_gpg_outcome_advantage`; a group of one has mean 0 there.
 */
export default defineEstimator({
  name: 'gpg',
  summary: 'the centred episode score, scaled up by the share of scores that are not zero',
  consumes: ['env'],
  options: { ...OUTCOME, fNorm: number(1, Number.MIN_VALUE) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    const largest = largestOf(scope.episodes, scores)
    let [used, paid] = [0, 0]
    for (let row = 0; row < scores.length; row++) {
      if (!scope.mask[row]) continue
      used += 1
      if (settled(scores[row] ?? 0, largest[scope.episodes.ids[row] ?? NO_GROUP] ?? 0, options.mode) !== 0) paid += 1
    }
    const factor = used / Math.max(1, paid) / options.fNorm
    const centred = groupRelative(batch, scope, scores, {
      norm: 'mean_norm',
      epsilon: 0,
      crossSteps: true,
      mode: options.mode,
    })
    return { advantages: centred.map((value) => value * factor), scope, scores }
  },
})
