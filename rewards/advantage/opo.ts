import { defineEstimator } from '../estimator/estimator.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { largestOf, settledRows } from '../estimator/rounding.ts'
import { momentsOf } from '../estimator/statistics.ts'
import { tokensNeed, unitsOf } from '../estimator/units.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * OPO (arXiv 2505.23585): A = s - b, with the baseline of least variance where a response's gradient grows with its
 * length: b = sum(length * s) / sum(length) over the group. Reference: verl, `core_algos.py:
 * compute_opo_outcome_advantage`; a group of one has b = 0. Without recorded tokens every row has length 1.
 */
export default defineEstimator({
  name: 'opo',
  summary: 'the episode score minus its length-weighted mean over the group',
  consumes: ['env', 'tokens'],
  options: OUTCOME,
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options, [tokensNeed(batch)])
    const { starts, mask } = unitsOf(batch, scope.mask)
    const lengths = scores.map((_, row) => countOnes(mask.subarray(starts[row], starts[row + 1])))
    const { sizes, means: meanLengths } = momentsOf(scope.episodes, lengths, options)
    const weighted = scores.map((score, row) => score * (lengths[row] ?? 0))
    const { means } = momentsOf(scope.episodes, weighted, options)
    const { means: plain } = momentsOf(scope.episodes, scores, options)
    const baselines = scores.map((_, row) => {
      const group = scope.episodes.ids[row] ?? NO_GROUP
      if (group === NO_GROUP || sizes[group] === 1) return 0
      const length = meanLengths[group] ?? 0
      return length > 0 ? (means[group] ?? 0) / length : (plain[group] ?? 0)
    })
    const differences = scores.map((score, row) => score - (baselines[row] ?? 0))
    const advantages = settledRows(scope.episodes, differences, largestOf(scope.episodes, scores), options.mode)
    return { advantages, scope, scores }
  },
})

const countOnes = (mask: Uint8Array): number => mask.reduce((count, each) => count + each, 0)
