import { GymError } from '../../core/data/errors.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { EPSILON, flag, NORM, number } from '../estimator/options.ts'
import { originalMembers, scoreRows } from '../estimator/outcome.ts'
import { groupRelative } from '../estimator/relative.ts'
import { actionColumn } from '../estimator/signals.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'
import { EPISODE } from '../estimator/steps.ts'
import { forkPrefixGroups } from '../grouping/fork-prefix.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * Fork-relative advantage: where trajectories part after a common past, a step is worth the mean score of all
 * trajectories that go through it, and A_F is that worth against the mean over the trajectories through its fork, in
 * deviations; A = trajectoryAdvantageW A_G + forkAdvantageW A_F, A_G GRPO's advantage of the trajectory. Steps before
 * the first fork, and after the last, have A_F = 0.
 *
 * The shape is PORTool's (a fork-relative and a trajectory-relative part); its coefficients were not established, so
 * that no paper names this.
 */
export default defineEstimator({
  name: 'fork-relative',
  summary: 'the mean score of all branches through a step, compared with the other steps at the same fork',
  consumes: ['env', 'actions', 'lineage'],
  options: {
    ...EPISODE,
    norm: NORM,
    epsilon: EPSILON,
    crossSteps: flag(false),
    trajectoryAdvantageW: number(1),
    forkAdvantageW: number(1),
  },
  estimate(batch, options) {
    if (batch.lineages === null)
      throw new GymError('SIGNAL_MISSING', 'the batch has no lineage: it is recorded if trajectories were forked')
    const { scope, scores } = scoreRows(batch, { ...options, scoreOf: 'trajectory' })
    const columns = { actions: actionColumn(batch), lineages: batch.lineages }
    const { before, after } = forkPrefixGroups(scope.episodes, batch, columns)
    const members = originalMembers(batch)
    const { means } = momentsOf(after, scores, { ...members, mode: options.mode })
    const worth = Float64Array.from(after.ids, (step) => (step === NO_GROUP ? 0 : (means[step] ?? 0)))
    const fork = normalised(before, worth, { ...options, ...members, single: 'zero', correction: 0 })
    const whole = groupRelative(batch, scope, scores, options)
    return {
      advantages: whole.map(
        (value, row) => options.trajectoryAdvantageW * value + options.forkAdvantageW * (fork[row] ?? 0),
      ),
      parts: { worth, fork, trajectory: whole },
      scope,
      scores,
      stepGroups: before,
    }
  },
})
