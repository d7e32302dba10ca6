import { defineEstimator } from '../estimator/estimator.ts'
import { GAMMA, WHITEN } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { masked, passingSums, whitened } from '../estimator/sequences.ts'
import { creditedUnits, rowMeans, unitRewards, unitsOf } from '../estimator/units.ts'

/**
 * REINFORCE++ (arXiv 2501.03262): discounted returns over the tokens of a row, whitened over all tokens of the batch.
 * Reference: verl, `core_algos.py: compute_reinforce_plus_plus_outcome_advantage`. Without recorded tokens a row is one
 * token. A row's advantage is the mean over its tokens. Tokens that the agent did not write are passed over, without a
 * discount, as verl 0.9.1 does; older releases restart the return before them.
 */
export default defineEstimator({
  name: 'reinforce-plus-plus',
  summary: 'discounted token returns, whitened over the batch',
  consumes: ['env', 'tokens'],
  options: { ...OUTCOME, gamma: { ...GAMMA, default: 1 }, whitenEpsilon: WHITEN },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, { ...options, minGroupSize: 1 })
    const units = unitsOf(batch, scope.mask)
    const signal = options.scoreOf === 'row' ? batch.signals.get(options.episode) : undefined
    const rewards = unitRewards(units, { values: scores, known: scope.mask, perToken: signal?.perToken ?? null })
    const returns = passingSums(units, rewards, options.gamma)
    const perToken = masked(whitened(returns, units.mask, options.mode, options.whitenEpsilon), units.mask)
    return { advantages: rowMeans(units, perToken), perToken, scope: creditedUnits(scope, units), scores }
  },
})
