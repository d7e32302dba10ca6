import type { StepBatch } from '../../core/batch/index.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { COMMON, choice, name, number } from '../estimator/options.ts'
import { firstRows } from '../estimator/outcome.ts'
import { largestOf, type Mode, settledRows, weightedSums } from '../estimator/rounding.ts'
import { type Scope, scopeOf } from '../estimator/scope.ts'
import { discountedReturns, episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { normalised } from '../estimator/statistics.ts'
import { lastRows } from '../estimator/transitions.ts'
import { NO_GROUP, sizesOf } from '../grouping/grouping.ts'
import { groupedByPair } from '../grouping/pairs.ts'

/**
 * MT-GRPO (arXiv 2505.11821): A = A_outcome on every turn, and turnAdvantageCoef * A_turn more on turns that have a
 * reward of their own; both z-scores over the group (Bessel, epsilon 1e-4), the latter among the turns at the same
 * position. Reference: Multi-Turn-RL-Agent, `mt_grpo_env_trainer.py: _assign_advantages`, where the one turn with a
 * reward is the first, before the tool's result; a trajectory of one turn has the z-score of both rewards' sum.
 *
 * A null is a turn without a reward of its own, at any position: it has A_outcome alone, and no turn is compared
 * with it.
 *
 * That form (`per-turn-index`) is biased: a turn's mean holds the turn itself and only those trajectories that came
 * as far, and it is divided by a deviation that depends on the turn. `leave-one-out` is unbiased: the reward still to
 * come, outcome included, less the mean of what the other trajectories of the group still got from that position on,
 * 0 for those that had ended; no deviation.
 */
export default defineEstimator({
  name: 'mt-grpo',
  summary:
    'the outcome compared with its group, plus the reward of a turn compared with the same turn of the other episodes',
  consumes: ['success', 'turn'],
  options: {
    ...COMMON,
    outcome: name('success'),
    turn: name('turn'),
    form: choice('per-turn-index', ['per-turn-index', 'leave-one-out']),
    turnAdvantageCoef: number(1),
    epsilon: number(1e-4, 0),
  },
  estimate(batch, options) {
    const turn = stepSignal(batch, options.turn)
    const outcome = spread(batch, episodeScores(batch, options.outcome, options.mode))
    const needs = [
      { signal: options.outcome, column: outcome },
      { signal: options.turn, column: turn, isOptional: true },
    ]
    const scope = scopeOf(batch, needs, options)
    const paid = turn.values.map((value, row) => (turn.known[row] ? value : 0))
    const advantages =
      options.form === 'leave-one-out'
        ? leaveOneOutTurns(batch, scope, { outcome: outcome.values, paid }, options)
        : perTurnIndex(batch, scope, { outcome: outcome.values, paid, isPaid: turn.known }, options)
    const isPaid = turn.known.some((known, row) => known === 1 && scope.mask[row] === 1)
    return { advantages, scope, scores: outcome.values, warnings: isPaid ? [] : [NO_TURN_REWARD] }
  },
})

const NO_TURN_REWARD = 'no turn has its own reward: every turn gets the advantage of the outcome alone'

interface TurnRewards {
  readonly outcome: Float64Array
  readonly paid: Float64Array
  readonly isPaid: Uint8Array
}

interface TurnOptions {
  readonly epsilon: number
  readonly turnAdvantageCoef: number
  readonly mode: Mode
}

function perTurnIndex(
  batch: StepBatch,
  { mask, episodes }: Scope,
  { outcome, paid, isPaid }: TurnRewards,
  { epsilon, turnAdvantageCoef, mode }: TurnOptions,
): Float64Array {
  const rule = { norm: 'mean_std_norm', epsilon, single: 'zero', mode } as const
  const isMember = firstRows(batch, mask)
  const whole = normalised(episodes, outcome, { ...rule, isMember })
  const isPaidMember = isMember.map((each, row) => (isPaid[row] ? each : 0))
  const sizes = sizesOf({ ...episodes, ids: episodes.ids.map((group, row) => (isPaidMember[row] ? group : NO_GROUP)) })
  const combined = normalised(episodes, weightedSums([{ values: outcome }, { values: paid }], mode), {
    ...rule,
    isMember: isPaidMember,
  })
  const paidGroups = episodes.ids.map((group, row) => (isPaid[row] ? group : NO_GROUP))
  const turns = normalised(groupedByPair(paidGroups, batch.stepIndex), paid, rule)
  const isLast = lastRows(batch)
  const sums = weightedSums([{ values: whole }, { values: turns, weight: turnAdvantageCoef }], mode)
  return sums.map((sum, row) => {
    const isOnly = batch.stepIndex[row] === 0 && isLast[row] === 1
    const isCompared = isOnly && isPaid[row] === 1 && (sizes[episodes.ids[row] ?? NO_GROUP] ?? 0) > 1
    return isCompared ? (combined[row] ?? 0) : sum
  })
}

/** Rewards still to come, less the mean of what the others of the group had still to come at that position. */
function leaveOneOutTurns(
  batch: StepBatch,
  { mask, episodes }: Scope,
  { outcome, paid }: Pick<TurnRewards, 'outcome' | 'paid'>,
  { turnAdvantageCoef: coefficient, mode }: Pick<TurnOptions, 'turnAdvantageCoef' | 'mode'>,
): Float64Array {
  const isLast = lastRows(batch)
  const rewards = paid.map((value, row) => coefficient * value + (isLast[row] ? (outcome[row] ?? 0) : 0))
  const { values: returns } = discountedReturns(batch, { values: rewards, known: mask }, 1, mode)
  const positions = groupedByPair(episodes.ids, batch.stepIndex)
  const sums = new Float64Array(positions.count)
  const others = new Int32Array(batch.groups.length)
  const isMember = firstRows(batch, mask)
  for (let row = 0; row < batch.rowCount; row++) {
    const position = positions.ids[row] ?? NO_GROUP
    if (position === NO_GROUP || (batch.copyOf && batch.copyOf[row] !== row)) continue
    sums[position] = (sums[position] ?? 0) + (returns[row] ?? 0)
    others[batch.groupOf[row] ?? 0] = (others[batch.groupOf[row] ?? 0] ?? 0) + (isMember[row] ?? 0)
  }
  const leads = returns.map((value, row) => {
    const position = positions.ids[row] ?? NO_GROUP
    const count = (others[batch.groupOf[row] ?? 0] ?? 0) - 1
    return position === NO_GROUP || count < 1 ? 0 : value - ((sums[position] ?? 0) - value) / count
  })
  return settledRows(episodes, leads, largestOf(episodes, returns), mode)
}
