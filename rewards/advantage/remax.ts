import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, name, PENALTY } from '../estimator/options.ts'
import { penalised } from '../estimator/penalty.ts'
import { type Mode, settled } from '../estimator/rounding.ts'
import { scopeOf } from '../estimator/scope.ts'
import { reversedSums } from '../estimator/sequences.ts'
import { episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { creditedUnits, rowMeans, unitRewards, unitsOf } from '../estimator/units.ts'

/**
 * ReMax (arXiv 2310.10505): A = reward still to come - b, b the reward of the greedy response to the same prompt.
 * Reference: verl, `core_algos.py: compute_remax_outcome_advantage`: reversed sums over the tokens of a row, less b.
 * A row's reward is its episode's score on its last token or, where the signal has values per token, those. A row's
 * advantage is the mean over its tokens.
 */
export default defineEstimator({
  name: 'remax',
  summary: 'the remaining reward minus that of a greedy episode',
  consumes: ['env', 'baseline'],
  options: {
    ...COMMON,
    episode: name('env'),
    /** Signal of trajectories or of steps that holds the greedy episode's score. */
    baseline: name('baseline'),
    invalidActionPenalty: PENALTY,
  },
  estimate(batch, options) {
    const perToken = batch.signals.get(options.episode)?.perToken ?? null
    const own = perToken
      ? stepSignal(batch, options.episode)
      : spread(batch, episodeScores(batch, options.episode, options.mode))
    const outcome = batch.outcomes.get(options.baseline)
    const baseline = outcome ? spread(batch, outcome) : stepSignal(batch, options.baseline)
    const needs = [
      { signal: options.episode, column: own },
      { signal: options.baseline, column: baseline },
    ]
    const scope = scopeOf(batch, needs, { ...options, minGroupSize: 1 })
    const units = unitsOf(batch, scope.mask)
    const penalty = perToken ? 0 : options.invalidActionPenalty
    const values = penalised(batch, scope, own.values, penalty)
    const returns = reversedSums(units.starts, unitRewards(units, { ...own, values, perToken }), 1, options.mode)
    const tokenAdvantages = returns.slice()
    for (let row = 0; row < batch.rowCount; row++)
      for (let unit = units.starts[row] ?? 0; unit < (units.starts[row + 1] ?? 0); unit++)
        tokenAdvantages[unit] = lessBaseline(returns[unit] ?? 0, baseline.values[row] ?? 0, options.mode)
    return {
      advantages: rowMeans(units, tokenAdvantages),
      perToken: tokenAdvantages,
      scope: { ...creditedUnits(scope, units), penalty },
    }
  },
})

const lessBaseline = (value: number, baseline: number, mode: Mode): number =>
  settled(value - baseline, Math.max(Math.abs(value), Math.abs(baseline)), mode)
