import type { SignalColumn, StepBatch } from '../../core/batch/index.ts'
import { narrowed, scoreMembers, whitenedUnits, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import {
  COMMON,
  choice,
  configInvalid,
  EPSILON,
  NORM,
  names,
  numbers,
  type OptionsOf,
  WHITEN,
} from '../estimator/options.ts'
import { OUTCOME } from '../estimator/outcome.ts'
import { weightedSums } from '../estimator/rounding.ts'
import { type Need, type Scope, scopeOf } from '../estimator/scope.ts'
import { episodeScores, spread, stepSignal } from '../estimator/signals.ts'
import { normalised } from '../estimator/statistics.ts'
import { toUnits, unitsOf } from '../estimator/units.ts'

const OPTIONS = {
  ...COMMON,
  /** Signals of the rewards: of trajectories, or the sums of their steps'. */
  rewards: names(['env']),
  /** One a reward; empty for 1 each. */
  weights: numbers([]),
  scoreOf: OUTCOME.scoreOf,
  form: choice('verl', ['verl', 'trl']),
  /** Normalisation of each reward in its group, in the form `verl`. */
  norm: NORM,
  epsilon: EPSILON,
  /** Added to the variance of the batch's tokens, in the form `verl`. */
  whitenEpsilon: WHITEN,
} as const

type GdpoOptions = OptionsOf<typeof OPTIONS>

/**
 * GDPO (arXiv 2601.05242, section 3): S = sum_k w_k z_k, z_k the z-score of reward k in the group (Bessel), so that no
 * reward drowns in another's variance; then A is S normalised over the batch.
 *
 * `verl` (verl 0.9.1, `core_algos.py: compute_gdpo_outcome_advantage`) whitens over the tokens of the batch, so that
 * long responses weigh more; a row without tokens counts in its group and not in the batch, and a batch with fewer than
 * two tokens has no advantages. `trl` (TRL 1.16.0, `grpo_trainer.py`, `normalize_then_sum`) has (S - mean) / (std +
 * epsilon) over completions; its epsilon is 1e-4 in both steps. Each trajectory counts once.
 *
 * Null: a trajectory without one of its rewards takes no part. In reference mode, form `trl`, the reward alone is left
 * out: of its group's statistics, and of the sum, which is not rescaled; one known value of a reward in a group of
 * several counts 0, and a trajectory without any reward has no advantage.
 */
export default defineEstimator({
  name: 'gdpo',
  summary: 'several rewards, each standardised in its group, then their sum standardised over the batch',
  consumes: ['env'],
  options: OPTIONS,
  estimate(batch, options) {
    const needs = needsOf(batch, options)
    const leavesOut = options.mode === 'reference' && options.form === 'trl'
    const scope = leavesOut ? anyKnown(batch, needs, options) : scopeOf(batch, needs, options)
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const sums = summed(needs, scope, isMember, options)
    if (options.form === 'trl') {
      const rule = {
        norm: 'mean_std_norm',
        epsilon: options.epsilon,
        mode: options.mode,
        single: 'zero',
        isMember,
      } as const
      return { advantages: normalised(wholeBatch(scope.mask), sums, rule), scope, parts: { sum: sums } }
    }
    const units = unitsOf(batch, scope.mask)
    if (units.mask.reduce((count, each) => count + each, 0) < 2) return tooFew(scope, sums)
    const { rows } = whitenedUnits(units, toUnits(units, sums), sums, options)
    return { advantages: rows, scope, parts: { sum: sums } }
  },
})

/** @throws GymError CONFIG_INVALID if the numbers of weights and rewards differ. */
function needsOf(batch: StepBatch, { rewards, weights, scoreOf }: GdpoOptions): readonly Need[] {
  if (weights.length > 0 && weights.length !== rewards.length)
    throw configInvalid(`the estimator gdpo: ${weights.length} weights for ${rewards.length} rewards`)
  return rewards.map((signal) => ({
    signal,
    column: scoreOf === 'row' ? stepSignal(batch, signal) : spread(batch, episodeScores(batch, signal)),
  }))
}

/** Rows with one of the rewards at least. */
function anyKnown(batch: StepBatch, needs: readonly Need[], options: GdpoOptions): Scope {
  const whole = scopeOf(batch, [], options)
  const scope = narrowed(whole, (row) => needs.some(({ column }) => column.known[row] === 1))
  const nulls = needs.map(({ signal, column }) => [signal, column.known.filter((known) => !known).length] as const)
  return { ...scope, consumed: needs.map(({ signal }) => signal), nulls: Object.fromEntries(nulls) }
}

/** The weighted sum of z-scores; what is not known adds nothing. */
function summed(needs: readonly Need[], scope: Scope, isMember: Uint8Array, options: GdpoOptions): Float64Array {
  const terms = needs.map(({ column }, at) => ({
    values: standings(column, scope, isMember, options).map((score, row) => (column.known[row] ? score : 0)),
    weight: options.weights[at] ?? 1,
  }))
  return weightedSums(terms, options.mode)
}

/** Z-scores of one reward. A group of one: its value in verl, 0 in TRL. */
function standings(
  { values, known }: SignalColumn,
  { episodes }: Scope,
  isMember: Uint8Array,
  { form, norm, epsilon, mode }: GdpoOptions,
): Float64Array {
  const isCounted = isMember.map((each, row) => each & (known[row] ?? 0))
  const single = form === 'verl' ? 'value' : 'zero'
  return normalised(episodes, values, {
    norm: form === 'verl' ? norm : 'mean_std_norm',
    epsilon,
    mode,
    single,
    isMember: isCounted,
  })
}

const tooFew = (scope: Scope, sums: Float64Array) => ({
  advantages: new Float64Array(sums.length),
  scope: narrowed(scope, () => false),
  warnings: ['fewer than two tokens in the batch: there is nothing to normalise over'],
})
