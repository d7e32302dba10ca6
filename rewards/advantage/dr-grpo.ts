import { defineEstimator } from '../estimator/estimator.ts'
import { flag } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { groupRelative } from '../estimator/relative.ts'

/**
 * Dr. GRPO (arXiv 2503.20783): A = s - mean over the group. Dividing by the deviation favours groups whose members
 * nearly agree, so it is left out. Reference: verl, `norm_adv_by_std_in_grpo=False`. Its other half, a loss that is
 * not divided by the length of a response, is the trainer's.
 */
export default defineEstimator({
  name: 'dr-grpo',
  summary: 'the episode score minus the mean of its group',
  consumes: ['env'],
  options: { ...OUTCOME, crossSteps: flag(true) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    const advantages = groupRelative(batch, scope, scores, { ...options, norm: 'mean_norm', epsilon: 0 })
    return { advantages, scope, scores }
  },
})
