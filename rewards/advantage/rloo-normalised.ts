import { scoreMembers, UNCHARGED_OUTCOME, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { configInvalid, flag, number, numbers } from '../estimator/options.ts'
import { scoreRows } from '../estimator/outcome.ts'
import { leaveOneOut } from '../estimator/relative.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * RLOO, normalised over the batch: a = s - mean of the others of the group, A = (a - mean) / (std + epsilon) over all
 * trajectories of the batch, std with Bessel's correction. Reference: TRL 1.16.0, `rloo_trainer.py` with
 * `normalize_advantages`. Scores are held within `rewardRange` first, as by `reward_clip_range`. Each trajectory counts
 * once. A group of one has nothing to be compared with: 0, and no part in the normalisation. A trajectory with a null
 * reward takes no part.
 */
export default defineEstimator({
  name: 'rloo-normalised',
  summary: 'the episode score minus the mean of the other episodes, in standard deviations of the batch',
  consumes: ['env'],
  options: {
    ...UNCHARGED_OUTCOME,
    /** Off: each trajectory counts once, and that is all. */
    normalise: flag(true),
    epsilon: number(1e-4, 0),
    /** Least and greatest score; empty for no bounds. */
    rewardRange: numbers([]),
  },
  estimate(batch, options) {
    const { scope, scores: raw } = scoreRows(batch, options)
    const scores = within(options.rewardRange, raw)
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const { sizes } = momentsOf(scope.episodes, scores, { isMember, mode: options.mode })
    const isCompared = scope.episodes.ids.map((group) => (group !== NO_GROUP && (sizes[group] ?? 0) > 1 ? 1 : 0))
    const others = leaveOneOut(batch, scope, scores, options.scoreOf === 'row', options.mode)
    const compared = others.map((value, row) => (isCompared[row] ? value : 0))
    if (!options.normalise) return { advantages: compared, scope, scores }
    const isCounted = isMember.map((each, row) => each & (isCompared[row] ?? 0))
    const whole = wholeBatch(Uint8Array.from(isCompared))
    const { epsilon, mode } = options
    const rule = { norm: 'mean_std_norm', epsilon, mode, single: 'zero', isMember: isCounted } as const
    return { advantages: normalised(whole, compared, rule), scope, scores }
  },
})

/** @throws GymError CONFIG_INVALID for an invalid range. */
function within(range: readonly number[], scores: Float64Array): Float64Array {
  const [least, greatest] = range
  if (least === undefined) return scores
  if (greatest === undefined || range.length !== 2 || least > greatest)
    throw configInvalid('the estimator rloo-normalised: rewardRange should be [least, greatest], or empty')
  return scores.map((score) => Math.min(Math.max(score, least), greatest))
}
