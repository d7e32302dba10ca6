import type { StepBatch, TokenColumn } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import { trajectoryGroups, withUnits } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { optimalBaselines } from '../estimator/optimal-baseline.ts'
import { COMMON, choice, flag, name, number, type OptionSpec } from '../estimator/options.ts'
import { settled } from '../estimator/rounding.ts'
import { scopeOf } from '../estimator/scope.ts'
import { masked, reversedSums } from '../estimator/sequences.ts'
import { discountedReturns, stepSignal, tokenRanges } from '../estimator/signals.ts'
import { chained, chainedRewards, chainsOf, rowMeans, unchained, unitsOf } from '../estimator/units.ts'

/** A signal's name, or none. */
const nameOrNone: OptionSpec<string> = {
  default: '',
  says: 'a name, or empty for none',
  allows: (value): value is string => typeof value === 'string',
}

/**
 * The optimal token baseline: A_t = G_t - b_t, b_t = sum_i G_i,t W_i,t / (sum_i W_i,t + epsilon) over the trajectories
 * of the group that have t, G the reward still to come, W_t the running sum of w = 1 - 2 pi + sum over the vocabulary
 * of pi^2 (times the square of an importance weight), which represents the squared norm of the token's gradient. No
 * deviation; a trajectory's own return is in its baseline. Reference: verl 0.9.1, `core_algos.py:
 * compute_multi_turn_optimal_token_baseline_advantage` (`align=tokens`: tokens are aligned by their count) and
 * `compute_optimal_token_baseline_advantage` (`align=columns`: by their place in the trajectory, tool results counted).
 *
 * `zeroTail`: the one longest trajectory has no baseline beyond the second longest. A group of one has b = 0. Steps
 * without tokens have no advantage. A trajectory with a null takes no part; under `drop-row` it is the step that lacks
 * its log-probabilities or squares, and the steps before a null reward. In verl a NaN spreads over its group.
 */
export default defineEstimator({
  name: 'optimal-token-baseline',
  summary: 'the remaining reward of a token minus that of its group, weighted by the size of gradients',
  consumes: ['env', 'sum-pi-squared (per token)', 'log-probabilities'],
  options: {
    ...COMMON,
    reward: name('env'),
    /** Signal per token: the sum of squares of the whole distribution. */
    sumPiSquared: name('sum-pi-squared'),
    /** Signal per token: importance weights of the rollout. */
    weights: nameOrNone,
    align: choice('tokens', ['tokens', 'columns']),
    zeroTail: flag(true),
    epsilon: number(1e-8, 0),
  },
  estimate(batch, options) {
    const reward = stepSignal(batch, options.reward)
    const logProbs = logProbsOf(batch)
    const squares = perTokenOf(batch, options.sumPiSquared)
    const weights = options.weights === '' ? null : perTokenOf(batch, options.weights)
    const needed = [
      { signal: options.reward, column: discountedReturns(batch, reward, 1) },
      { signal: 'log-probabilities', column: logProbs },
      { signal: options.sumPiSquared, column: squares },
      ...(weights ? [{ signal: options.weights, column: weights }] : []),
    ]
    const whole = scopeOf(batch, needed, options)
    const scope = withUnits(batch, whole)
    const units = unitsOf(batch, scope.mask)
    const chains = chainsOf(batch, units)
    const sequences = { starts: chains.starts, mask: Uint8Array.from(chains.units, (unit) => units.mask[unit] ?? 0) }
    const own = masked(chainedRewards(batch, units, chains, reward), sequences.mask)
    const returns = reversedSums(chains.starts, own, 1, options.mode)
    const energies = chained(chains, energiesOf(logProbs, squares, weights))
    const lead = (value: number, baseline: number): number =>
      settled(value - baseline, Math.max(Math.abs(value), Math.abs(baseline)), options.mode)
    const baselines = optimalBaselines(sequences, returns, energies, trajectoryGroups(batch, scope), options)
    const raw = returns.map((value, at) => (sequences.mask[at] ? lead(value, baselines[at] ?? 0) : 0))
    const perToken = unchained(batch, units, chains, raw)
    return { advantages: rowMeans(units, perToken), perToken, scope }
  },
})

/** 1 - 2 pi + sum pi^2, times the square of the weight. */
const energiesOf = (logProbs: TokenColumn, squares: TokenColumn, weights: TokenColumn | null): Float64Array =>
  logProbs.values.map((logProb, token) => {
    const weight = weights?.values[token] ?? 1
    return (1 - 2 * Math.exp(logProb) + (squares.values[token] ?? 0)) * weight * weight
  })

/** @throws GymError SIGNAL_MISSING */
function logProbsOf(batch: StepBatch): TokenColumn {
  const { logProbs } = tokenRanges(batch)
  if (logProbs) return logProbs
  throw new GymError('SIGNAL_MISSING', 'the batch has no log-probabilities of tokens: give the column logProbs')
}

/** @throws GymError SIGNAL_MISSING */
function perTokenOf(batch: StepBatch, signal: string): TokenColumn {
  const { perToken } = stepSignal(batch, signal)
  if (perToken) return perToken
  throw new GymError('SIGNAL_MISSING', `the signal ${signal} has no values per token`)
}
