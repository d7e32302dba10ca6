import { defineEstimator } from '../credit/estimator.ts'
import { batchNormalised, tokenLeaveOneOut } from '../credit/implicit.ts'
import { COMMON, choice, name, number } from '../credit/options.ts'
import { scopeOf } from '../credit/scope.ts'
import { reversedSums, whitened } from '../credit/sequences.ts'
import { episodeScores, spread, stepSignal } from '../credit/signals.ts'
import { lastRows } from '../credit/transitions.ts'
import { rowMeans, unitRewards, unitsOf } from '../credit/units.ts'

/**
 * PRIME (arXiv 2502.01456, section 3): implicit process rewards of tokens and the outcome on the last token each go
 * through RLOO over the group, are weighted (5 and 5) and added; returns are reversed sums with gamma 1; advantages
 * are whitened over the batch. Reference: verl `recipe/prime/prime_core_algos.py: compute_rloo_advantage_return`,
 * whose rows are whole answers: a step is a row here, and its episode's outcome lies on the last row's last token.
 *
 * The reference divides by n - 1 and fails for n = 1; here a group of one keeps its values.
 */
export default defineEstimator({
  name: 'prime',
  summary: 'implicit process rewards and the outcome, each less the mean of its group, summed to the end',
  consumes: ['success', 'process (per token)'],
  options: {
    ...COMMON,
    outcome: name('success'),
    /** Signal of implicit process rewards, per token where it has them. */
    process: name('process'),
    primeNorm: choice('batch_norm', ['batch_norm', 'none']),
    rewardDpoCoef: number(5),
    rewardGtCoef: number(5),
  },
  estimate(batch, options) {
    const process = stepSignal(batch, options.process)
    const outcome = spread(batch, episodeScores(batch, options.outcome))
    const needs = [
      { signal: options.outcome, column: outcome },
      { signal: options.process, column: process },
    ]
    const scope = scopeOf(batch, needs, options)
    const units = unitsOf(batch, scope.mask)
    const raw = unitRewards(units, process)
    const rewards = options.primeNorm === 'batch_norm' ? batchNormalised(units.starts, raw) : raw
    const isLast = lastRows(batch)
    const ends = unitRewards(units, {
      values: outcome.values.map((value, row) => (isLast[row] ? value : 0)),
      known: outcome.known,
    })
    const endMask = unitRewards(units, { values: Float64Array.from(isLast), known: outcome.known }).map(Number)
    const groupOf = scope.episodes.ids
    const fromProcess = tokenLeaveOneOut(units, rewards, groupOf)
    const fromOutcome = tokenLeaveOneOut({ starts: units.starts, mask: Uint8Array.from(endMask) }, ends, groupOf)
    const combined = fromProcess.map(
      (value, unit) => options.rewardDpoCoef * value + options.rewardGtCoef * (fromOutcome[unit] ?? 0),
    )
    const perToken = whitened(reversedSums(units.starts, combined), units.mask, options.mode)
    return { advantages: rowMeans(units, perToken), perToken, scope, scores: outcome.values }
  },
})
