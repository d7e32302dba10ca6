import { defineEstimator } from '../estimator/estimator.ts'
import { flag, WHITEN } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { groupRelative } from '../estimator/relative.ts'
import { masked, whitened } from '../estimator/sequences.ts'
import { creditedUnits, rowMeans, toUnits, unitsOf } from '../estimator/units.ts'

/**
 * REINFORCE++ with a baseline (arXiv 2501.03262): s - mean over the group, then whitened over all tokens of the
 * batch. Reference: verl, `core_algos.py: compute_reinforce_plus_plus_baseline_outcome_advantage`; a group of one has
 * mean 0 there. Without recorded tokens a row is one token.
 */
export default defineEstimator({
  name: 'reinforce-plus-plus-baseline',
  summary: 'the centred episode score, whitened over the batch',
  consumes: ['env', 'tokens'],
  options: { ...OUTCOME, crossSteps: flag(true), whitenEpsilon: WHITEN },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    const centred = groupRelative(batch, scope, scores, { ...options, norm: 'mean_norm', epsilon: 0 })
    const units = unitsOf(batch, scope.mask)
    const perToken = masked(
      whitened(toUnits(units, centred), units.mask, options.mode, options.whitenEpsilon),
      units.mask,
    )
    return { advantages: rowMeans(units, perToken), perToken, scope: creditedUnits(scope, units), scores }
  },
})
