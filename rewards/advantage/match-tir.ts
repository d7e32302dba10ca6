import { startsOf } from '../../core/batch/index.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, EPSILON, NORM, name, number } from '../estimator/options.ts'
import { scopeOf } from '../estimator/scope.ts'
import { discountedReturns, episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { dualAdvantages } from '../estimator/turns.ts'
import { chained, chainsOf, unchained, unitsOf } from '../estimator/units.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * MatchTIR's dual-level advantage: (A_trajectory + A_turn) / 2; A_trajectory is GRPO's of the total, A_turn the z-score
 * of the turn's return, discounted by `lam`, among the turns of the group at the same position. Reference:
 * MatchTIR, `verl/trainer/ppo/core_algos.py: compute_grpo_outcome_advantage`; a group of one has mean 0, deviation 1.
 * A turn is a step. The total is a trajectory signal of the name `outcome` or the sum of that signal's steps.
 */
export default defineEstimator({
  name: 'match-tir',
  summary: "the mean of the trajectory's total and the turn's return, each compared with its group",
  consumes: ['env'],
  options: {
    ...COMMON,
    /** Signal of turns. */
    turn: name('env'),
    outcome: name('env'),
    lam: number(0.9, 0, 1),
    norm: NORM,
    epsilon: EPSILON,
  },
  estimate(batch, options) {
    const turn = stepSignal(batch, options.turn)
    const scores = episodeScores(batch, options.outcome, options.mode)
    const needs = [
      { signal: options.turn, column: discountedReturns(batch, turn, options.lam) },
      { signal: options.outcome, column: spread(batch, scores) },
    ]
    const scope = scopeOf(batch, needs, options)
    const units = unitsOf({ ...batch, tokens: null }, scope.mask)
    const chains = chainsOf(batch, units)
    const count = batch.trajectories.ids.length
    const ids = new Int32Array(count).fill(NO_GROUP)
    scope.episodes.ids.forEach((group, row) => {
      if (group !== NO_GROUP) ids[batch.trajectoryOf[row] ?? 0] = group
    })
    const sequence = chains.rows.map((row) => batch.trajectoryOf[row] ?? 0)
    const starts = startsOf(sequence, count)
    const index = sequence.map((s, at) => at - (starts[s] ?? 0))
    const turns = { of: chains.units, sequence, index }
    const groups = { ids, count: batch.groups.length }
    const result = dualAdvantages(turns, chained(chains, turn.values), scores.values, groups, options)
    return { advantages: unchained(batch, units, chains, result), scope, scores: spread(batch, scores).values }
  },
})
