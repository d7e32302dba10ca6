import { scoreMembers, UNCHARGED_OUTCOME, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { choice, EPSILON } from '../estimator/options.ts'
import { scoreRows } from '../estimator/outcome.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'

/**
 * PRPO: A = (s - mean) / (std + epsilon) over the whole batch, without groups, std of the population. `baseline=group`
 * is REINFORCE++ with a baseline as rLLM has it: s - mean of the group, over the deviation of all centred scores;
 * a group of one is 0 there. Reference: rLLM, `rllm/trainer/algorithms/advantage.py:
 * calculate_prpo_advantages, calculate_reinforce_plus_plus_baseline_advantages`. Each trajectory counts once.
 *
 * The batch's mean is a baseline only where its tasks are equally hard: an easy task's failures are praised with it.
 * A trajectory with a null reward takes no part; in rLLM a NaN spreads over the whole batch.
 */
export default defineEstimator({
  name: 'prpo',
  summary: 'the episode score minus the mean of the batch, in standard deviations',
  consumes: ['env'],
  options: { ...UNCHARGED_OUTCOME, baseline: choice('batch', ['batch', 'group']), epsilon: EPSILON },
  estimate(batch, options) {
    const { baseline, epsilon, mode } = options
    const { scope, scores } = scoreRows(batch, baseline === 'batch' ? { ...options, minGroupSize: 1 } : options)
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const whole = wholeBatch(scope.mask)
    const rule = { norm: 'mean_std_norm', epsilon, mode, correction: 0, single: 'zero', isMember } as const
    if (baseline === 'batch') return { advantages: normalised(whole, scores, rule), scope }
    const centred = normalised(scope.episodes, scores, { ...rule, norm: 'mean_norm' })
    const { deviations } = momentsOf(whole, centred, rule)
    const scale = (deviations[0] ?? 0) + epsilon || 1
    return { advantages: centred.map((value) => value / scale), scope, scores }
  },
})
