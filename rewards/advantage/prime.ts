import type { StepBatch } from '../../core/batch/index.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { batchNormalised, tokenLeaveOneOut } from '../estimator/implicit.ts'
import { COMMON, choice, EPSILON, flag, name, number, WHITEN } from '../estimator/options.ts'
import { type Mode, weightedSums } from '../estimator/rounding.ts'
import { type Scope, scopeOf } from '../estimator/scope.ts'
import { lastUnmasked, masked, reversedSums, type Sequences, whitened } from '../estimator/sequences.ts'
import { discountedReturns, episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { chainedRewards, chainsOf, creditedUnits, rowMeans, unchained, unitsOf } from '../estimator/units.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * PRIME (arXiv 2502.01456, section 3): implicit process rewards of tokens and the outcome on the last token each go
 * through RLOO over the group, are weighted (5 and 5) and added; returns are reversed sums with gamma 1; advantages
 * are whitened over the batch. Reference: verl `recipe/prime/prime_core_algos.py: compute_rloo_advantage_return`.
 * What is an answer there is a trajectory here: its tokens, step after step. A row's advantage is the mean over its
 * tokens.
 *
 * The authors' first release (PRIME, `training/verl/trainer/ppo/core_algos.py: compute_rloo_returns`) has no weights,
 * and a discount of each source's own: `rewardDpoCoef=1`, `rewardGtCoef=1`, `primeNorm=none`, `processGamma`,
 * `outcomeGamma`. The reference divides by n - 1 and fails for n = 1; here a group of one keeps its values.
 */
export default defineEstimator({
  name: 'prime',
  summary: 'implicit process rewards and the outcome, each minus the mean of its group, summed to the end',
  consumes: ['success', 'process (per token)'],
  options: {
    ...COMMON,
    outcome: name('success'),
    /** Signal of implicit process rewards, per token where it has them. */
    process: name('process'),
    primeNorm: choice('batch_norm', ['batch_norm', 'none']),
    rewardDpoCoef: number(5),
    rewardGtCoef: number(5),
    /** Discounts per token of the two returns. */
    processGamma: number(1, 0, 1),
    outcomeGamma: number(1, 0, 1),
    whiten: flag(true),
    /** Epsilon of `batch_norm`; fixed at 1e-6 in the reference. */
    normEpsilon: EPSILON,
    whitenEpsilon: WHITEN,
  },
  estimate(batch, options) {
    const process = stepSignal(batch, options.process)
    const outcome = episodeScores(batch, options.outcome, options.mode)
    const needs = [
      { signal: options.outcome, column: spread(batch, outcome) },
      { signal: options.process, column: discountedReturns(batch, process, 1) },
    ]
    const scope = scopeOf(batch, needs, options)
    const units = unitsOf(batch, scope.mask)
    const chains = chainsOf(batch, units)
    const sequences = { starts: chains.starts, mask: Uint8Array.from(chains.units, (unit) => units.mask[unit] ?? 0) }
    const raw = masked(chainedRewards(batch, units, chains, process), sequences.mask)
    const rewards = options.primeNorm === 'batch_norm' ? batchNormalised(chains.starts, raw, options.normEpsilon) : raw
    const groupOf = trajectoryGroups(batch, scope)
    const fromProcess = tokenLeaveOneOut(sequences, rewards, groupOf, options.mode)
    const outcomes = outcomeAdvantages(outcome.values, groupOf, options.mode)
    const fromOutcome = onLastTokens(sequences, outcomes)
    const summed = (values: Float64Array, coefficient: number, gamma: number): Float64Array =>
      reversedSums(
        chains.starts,
        values.map((value) => coefficient * value),
        gamma,
        options.mode,
      )
    const terms = [
      { values: summed(fromProcess, options.rewardDpoCoef, options.processGamma) },
      { values: summed(fromOutcome, options.rewardGtCoef, options.outcomeGamma) },
    ]
    const returns = unchained(batch, units, chains, weightedSums(terms, options.mode))
    const perToken = options.whiten
      ? whitened(returns, units.mask, options.mode, options.whitenEpsilon)
      : masked(returns, units.mask)
    return {
      advantages: rowMeans(units, perToken),
      perToken,
      scope: creditedUnits(scope, units),
      scores: spread(batch, outcome).values,
    }
  },
})

/** Group of each trajectory; `NO_GROUP` for those that take no part. */
function trajectoryGroups({ trajectories, trajectoryOf }: StepBatch, { episodes }: Scope): Int32Array {
  const groups = new Int32Array(trajectories.ids.length).fill(NO_GROUP)
  episodes.ids.forEach((group, row) => {
    if (group !== NO_GROUP) groups[trajectoryOf[row] ?? 0] = group
  })
  return groups
}

/** Outcomes less those of the others of their group: of a trajectory without tokens, too. */
function outcomeAdvantages(outcomes: Float64Array, groupOf: Int32Array, mode: Mode): Float64Array {
  const starts = Int32Array.from({ length: outcomes.length + 1 }, (_, at) => at)
  const mask = Uint8Array.from(groupOf, (group) => (group === NO_GROUP ? 0 : 1))
  return tokenLeaveOneOut({ starts, mask }, outcomes, groupOf, mode)
}

/** Values of trajectories on the last of their tokens that is the agent's. */
function onLastTokens(sequences: Sequences, values: Float64Array): Float64Array {
  const placed = new Float64Array(sequences.mask.length)
  values.forEach((value, trajectory) => {
    const last = lastUnmasked(sequences, trajectory)
    if (last >= 0) placed[last] = value
  })
  return placed
}
