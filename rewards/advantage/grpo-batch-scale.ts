import { scoreMembers, UNCHARGED_OUTCOME, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { number } from '../estimator/options.ts'
import { scoreRows } from '../estimator/outcome.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'

/**
 * GRPO with the deviation of the batch (arXiv 2508.08221, the recipe Lite PPO): A = (s - mean of the group) /
 * (std of all scores of the batch + epsilon), std with Bessel's correction. Reference: TRL 1.16.0, `grpo_trainer.py`
 * with `scale_rewards="batch"`. The deviation is that of scores, not of centred ones: what tasks differ in by
 * difficulty makes every advantage smaller. Each trajectory counts once. A batch of one has advantage 0.
 *
 * Where a completion lacks some of its rewards, TRL sums the others; here a recipe sums rewards and says what a null
 * does.
 */
export default defineEstimator({
  name: 'grpo-batch-scale',
  summary: 'the centred episode score, in standard deviations of all scores of the batch',
  consumes: ['env'],
  options: { ...UNCHARGED_OUTCOME, epsilon: number(1e-4, 0) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    const { mode } = options
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const centred = normalised(scope.episodes, scores, {
      norm: 'mean_norm',
      epsilon: 0,
      single: 'zero',
      isMember,
      mode,
    })
    const { deviations } = momentsOf(wholeBatch(scope.mask), scores, { isMember, mode })
    // A lone score has no deviation: what is 0 stays 0.
    const scale = (deviations[0] ?? 0) + options.epsilon || 1
    return { advantages: centred.map((value) => value / scale), scope, scores }
  },
})
