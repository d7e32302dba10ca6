import type { StepBatch } from '../../core/batch/index.ts'
import { UNCHARGED_OUTCOME, wholeBatch, withUnits } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { choice, name, number, type OptionsOf } from '../estimator/options.ts'
import { firstRows, scoreRows } from '../estimator/outcome.ts'
import { largestOf, settled } from '../estimator/rounding.ts'
import type { Scope } from '../estimator/scope.ts'
import { lastUnmasked, masked, reversedSums } from '../estimator/sequences.ts'
import { stepSignal } from '../estimator/signals.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'
import { chained, chainsOf, rowMeans, type Units, unchained, unitsOf } from '../estimator/units.ts'

const { scoreOf: _, ...OUTCOME } = UNCHARGED_OUTCOME

const OPTIONS = {
  ...OUTCOME,
  /** Taken off the score: nothing, the mean of the group (`reinforce_baseline`) or of the batch (`flash_reinforce`). */
  baseline: choice('none', ['none', 'group', 'batch']),
  norm: choice('mean_std_norm', ['mean_std_norm', 'mean_norm', 'none']),
  /** Least variance that returns are divided by. */
  varianceFloor: number(1e-8, 0),
  /** Discount per token. */
  gamma: number(1, 0, 1),
  /** Penalty of a token per nat of divergence from the reference policy, given by the signal `kl`; 0 for none. */
  klCoef: number(0, 0),
  /** Signal of divergences, per token. */
  kl: name('kl'),
  /** Bound of scores, after the baseline; 0 for none. */
  rewardLow: number(0),
  rewardHigh: number(0),
} as const

type ReinforceOptions = OptionsOf<typeof OPTIONS>

/**
 * REINFORCE, normalised over all tokens of the batch: the score, less a baseline, on the last token of the trajectory,
 * less klCoef * KL on every token; returns to go; A = (G - mean) / sqrt(max(variance, varianceFloor)), variance of the
 * population. Reference: OpenRLHF 0.11.2, `experience_maker.py: compute_advantages_and_returns`, whose sequences are
 * single responses; here a trajectory's tokens, step after step, are one. Discounts also run through tokens that the
 * agent did not write, as there. `flash_reinforce` is `baseline=batch` with `norm=none`.
 *
 * A trajectory with a null reward takes no part. A step without tokens has no advantage; its reward counts, as part of
 * the score. In reference mode tokens that the
 * agent did not write hold what the reference leaves there, else 0.
 */
export default defineEstimator({
  name: 'reinforce',
  summary: 'the remaining return of every token, in standard deviations of all tokens of the batch',
  consumes: ['env', 'tokens'],
  options: OPTIONS,
  estimate(batch, options) {
    const isGrouped = options.baseline === 'group'
    const sized = isGrouped ? options : { ...options, minGroupSize: 1 }
    const { scope: scored, scores } = scoreRows(batch, { ...sized, scoreOf: 'trajectory' })
    const scope = withUnits(batch, scored)
    const units = unitsOf(batch, scope.mask)
    const shaped = bounded(lessBaseline(batch, scored, scores, options), options)
    const returns = returnsOf(batch, units, shaped, options)
    const all = normalisedUnits(units, returns, options)
    const perToken = options.mode === 'reference' ? all : masked(all, units.mask)
    return { advantages: rowMeans(units, perToken), perToken, scope, scores }
  },
})

/** The score less its baseline: every trajectory counts once. */
function lessBaseline(batch: StepBatch, scope: Scope, scores: Float64Array, { baseline, mode }: ReinforceOptions) {
  if (baseline === 'none') return scores
  const rule = { norm: 'mean_norm', epsilon: 0, mode, single: 'zero', isMember: firstRows(batch, scope.mask) } as const
  return normalised(baseline === 'group' ? scope.episodes : wholeBatch(scope.mask), scores, rule)
}

const bounded = (scores: Float64Array, { rewardLow, rewardHigh }: ReinforceOptions): Float64Array =>
  rewardLow === 0 && rewardHigh === 0 ? scores : scores.map((score) => Math.min(Math.max(score, rewardLow), rewardHigh))

/** Returns to go of tokens, from the last token of the trajectory that is the agent's. */
function returnsOf(batch: StepBatch, units: Units, scores: Float64Array, options: ReinforceOptions): Float64Array {
  const chains = chainsOf(batch, units)
  const mask = Uint8Array.from(chains.units, (unit) => units.mask[unit] ?? 0)
  const divergences = options.klCoef === 0 ? null : stepSignal(batch, options.kl).perToken
  const rewards = chained(chains, divergences?.values ?? new Float64Array(units.mask.length)).map((value, at) =>
    mask[at] ? -options.klCoef * value : 0,
  )
  for (let t = 0; t + 1 < chains.starts.length; t++) {
    const last = lastUnmasked({ starts: chains.starts, mask }, t)
    if (last >= 0) rewards[last] = (rewards[last] ?? 0) + (scores[batch.trajectories.starts[t] ?? 0] ?? 0)
  }
  return unchained(batch, units, chains, reversedSums(chains.starts, rewards, options.gamma, options.mode))
}

function normalisedUnits(
  units: Units,
  returns: Float64Array,
  { norm, varianceFloor, mode }: ReinforceOptions,
): Float64Array {
  if (norm === 'none' || !units.mask.includes(1)) return returns
  const all = wholeBatch(units.mask)
  const { means, deviations } = momentsOf(all, returns, { correction: 0, mode })
  const [mean, deviation, largest] = [means[0] ?? 0, deviations[0] ?? 0, largestOf(all, returns)[0] ?? 0]
  const scale = norm === 'mean_norm' ? 1 : Math.max(deviation, Math.sqrt(varianceFloor)) || 1
  return returns.map((value) => settled(value - mean, largest, mode) / scale)
}
