import { defineEstimator } from '../estimator/estimator.ts'
import { episodePeers } from '../estimator/explanation.ts'
import { flag } from '../estimator/options.ts'
import { OUTCOME, scoreRows } from '../estimator/outcome.ts'
import { leaveOneOut, leaveOneOutTerm } from '../estimator/relative.ts'

/**
 * RLOO (arXiv 2402.14740): A = s - mean of the others = (s - mean) n / (n - 1). Reference: verl and verl-agent,
 * `core_algos.py: compute_rloo_outcome_advantage`; a group of one keeps its score there.
 *
 * With `crossSteps` (verl-agent's default) n counts rows, a row's own siblings among them, so that nothing is really
 * left out; without it n counts trajectories.
 */
export default defineEstimator({
  name: 'rloo',
  summary: 'the episode score minus the mean of the other episodes of its group',
  consumes: ['env'],
  options: { ...OUTCOME, crossSteps: flag(true) },
  estimate(batch, options) {
    const { scope, scores } = scoreRows(batch, options)
    return { advantages: leaveOneOut(batch, scope, scores, options.crossSteps, options.mode), scope, scores }
  },
  explain(batch, row, options) {
    const { scope, scores } = scoreRows(batch, options)
    return {
      terms: [leaveOneOutTerm(batch, scope, scores, options, row)],
      peers: episodePeers(batch, scope, scores, row),
    }
  },
})
