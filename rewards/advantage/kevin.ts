import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, choice, name, number } from '../estimator/options.ts'
import { scopeOf } from '../estimator/scope.ts'
import { discountedReturns, stepSignal } from '../estimator/signals.ts'
import { normalised } from '../estimator/statistics.ts'
import { greatestToCome } from '../estimator/turn-returns.ts'

/**
 * Kevin's advantage of turns (arXiv 2507.11948, section 3): R_t = sum or maximum over i >= t of gamma^(i-t) r_i, as a
 * z-score among all turns of all trajectories of the group (population, epsilon 1e-8). Read from verifiers, pull
 * request 536, `generator.py: _compute_stepwise_returns`; the authors' code was not found. `norm=mean_norm`, without
 * the deviation, is its default there. Under `max` a negative reward to come is lifted by the discount.
 *
 * A turn is a step; long trajectories weigh more. A null reward leaves the steps before it without a return.
 */
export default defineEstimator({
  name: 'kevin',
  summary: "the turn's discounted return, or best later reward, compared with all turns of its group",
  consumes: ['env'],
  options: {
    ...COMMON,
    reward: name('env'),
    gamma: number(0.4, 0, 1),
    aggregation: choice('sum', ['sum', 'max']),
    norm: choice('mean_std_norm', ['mean_std_norm', 'mean_norm']),
    epsilon: number(1e-8, 0),
  },
  estimate(batch, options) {
    const { gamma, norm, epsilon, mode } = options
    const returnsOf = options.aggregation === 'sum' ? discountedReturns : greatestToCome
    const returns = returnsOf(batch, stepSignal(batch, options.reward), gamma)
    const scope = scopeOf(batch, [{ signal: options.reward, column: returns }], options)
    const advantages = normalised(scope.episodes, returns.values, {
      norm,
      epsilon,
      mode,
      correction: 0,
      single: 'zero',
    })
    return { advantages, scope, parts: { returns: returns.values } }
  },
})
