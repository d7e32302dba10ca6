/** A complete small estimator for its author to change: it keeps the contract as it is. */
export const estimatorScaffold = (name: string): string => `// @ts-check
import { COMMON, defineEstimator, discountedReturns, name, normalised, number, scopeOf, stepSignal } from 'stepgym/credit'

/**
 * The discounted return of a step against all steps of its group, in standard deviations. Change it into your own
 * estimator: a pure function of the batch that changes nothing in it.
 */
export default defineEstimator({
  // The name of the file, too.
  name: '${name}',
  summary: 'the discounted return of a step against all steps of its group',
  // Signals and columns that it needs under its defaults.
  consumes: ['env'],
  // COMMON: mode, onNull, minGroupSize, which every estimator has. Others are checked, and listed if one is wrong.
  options: { ...COMMON, reward: name('env'), gamma: number(0.95, 0, 1), epsilon: number(1e-6, 0) },
  estimate(batch, options) {
    // Row-aligned values, each known or not: a null is never 0. Unknown from the last null on backwards.
    const returns = discountedReturns(batch, stepSignal(batch, options.reward), options.gamma)
    // The rows that have what they need, by the options onNull and minGroupSize; scope.episodes are their groups.
    const scope = scopeOf(batch, [{ signal: options.reward, column: returns }], options)
    const { epsilon, mode } = options
    const rule = /** @type {const} */ ({ norm: 'mean_std_norm', epsilon, mode, single: 'zero' })
    const advantages = normalised(scope.episodes, returns.values, rule)
    // Parts and warnings are for readers of the result.
    return { advantages, scope, parts: { returns: returns.values }, scores: returns.values }
  },
})
`
