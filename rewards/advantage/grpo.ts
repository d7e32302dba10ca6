import { defineEstimator } from '../estimator/estimator.ts'
import { episodePeers } from '../estimator/explanation.ts'
import { EPSILON, flag, NORM } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { groupRelative, relativeTerm } from '../estimator/relative.ts'

/**
 * GRPO (arXiv 2402.03300, equation of section 4.1.2): A = (s - mean) / (std + epsilon) over the group, std with
 * Bessel's correction. Reference: verl and verl-agent, `core_algos.py: compute_grpo_outcome_advantage`.
 *
 * `crossSteps` is verl-agent's `compute_mean_std_cross_steps`: every row of a trajectory enters the mean, so that long
 * trajectories weigh more. Reference mode keeps a group of one, whose advantage is then s / (1 + epsilon), not 0.
 */
export default defineEstimator({
  name: 'grpo',
  summary: 'the episode score minus the mean of its group, in standard deviations',
  consumes: ['env'],
  options: { ...OUTCOME, norm: NORM, epsilon: EPSILON, crossSteps: flag(true) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    return { advantages: groupRelative(batch, scope, scores, options), scope, scores }
  },
  explain(batch, row, options) {
    const { scope, scores } = scoreRows(batch, options)
    return {
      terms: [relativeTerm(batch, scope, scores, options, row)],
      peers: episodePeers(batch, scope, scores, row),
    }
  },
})
