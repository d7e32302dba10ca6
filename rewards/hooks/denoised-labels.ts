import { SHARE_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { denoisedLabels } from '../curation/denoised.ts'
import { meanOf } from '../numbers.ts'
import { successRates } from '../progress/prefixes.ts'
import { allKnown, outcomesOf, stepValues } from '../recorded.ts'

/**
 * Labels of steps from noisy rollouts: SCAN (arXiv 2509.16548; yyDing1/SCAN-PRM `dataset/SCAN-Base/process.py:
 * get_data`). A right trajectory has 1 at every step. A wrong one has 0 at the first step from which no rollout
 * succeeds, min(1, rate / accuracy) at the one and the two before it, 1 earlier, and no label after it. Rates are the
 * step signal `rates`, or, where that is empty, the success rates of forks of the group; accuracy is that of the group,
 * which has to be at least `minAccuracy`. Declines for wrong trajectories of which no step has rate 0. An outcome above
 * 0 is right.
 */
export default defineRewardHook({
  name: 'denoised-labels',
  version: 1,
  scope: 'group',
  summary: 'labels of steps around the first from which no rollout succeeds, as in SCAN',
  options: { signal: 'success', rates: '', minAccuracy: 0.75, least: 1 },
  ranges: { minAccuracy: SHARE_RANGE, least: [1, 1_000_000] },
  reward({ trajectories }, { options: { signal, rates, minAccuracy, least } }) {
    const outcomes = outcomesOf(trajectories, signal).map((outcome) => (outcome === null ? null : Number(outcome > 0)))
    const known = outcomes.filter((outcome) => outcome !== null)
    const accuracy = known.length === 0 ? 0 : meanOf(known)
    const forked = successRates(trajectories, outcomes, least)
    return {
      perStep: trajectories.map((trajectory, at) => {
        const none = trajectory.steps.map(() => null)
        if (outcomes[at] === null || accuracy === 0 || accuracy < minAccuracy) return none
        if (outcomes[at] === 1) return trajectory.steps.map(() => 1)
        const scores = rates === '' ? (forked[at]?.slice(1) ?? []) : stepValues(trajectory, rates)
        const labels = denoisedLabels(untilFirstError(scores), accuracy) ?? []
        return none.map((_, step) => labels[step] ?? null)
      }),
    }
  },
})

/** Scores to the first 0; none where one of them is not known. */
function untilFirstError(scores: readonly (number | null)[]): readonly number[] {
  return allKnown(scores.slice(0, scores.indexOf(0) + 1)) ?? []
}
