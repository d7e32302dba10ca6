import { defineRewardHook } from '../../core/reward/hook.ts'
import { BASELINES, budgetSegments } from '../curation/budgets.ts'
import { meanOf } from '../numbers.ts'
import { allKnown, amongKnown, choice, numbersIn, recordedIn } from '../recorded.ts'

/**
 * Advantage of each step by the answers that were forced after it, so that an answer is good whenever thinking is cut:
 * BRPO of AnytimeReasoner (arXiv 2505.13438; sail-sg/AnytimeReasoner `brpo.py: compute_cot_advantage`). A step records
 * `probes`, the scores of such answers. Step s returns sum_{t >= s} P_t score_t, P being `shares` or all alike; its
 * baseline blends the earlier scores with the group. Trajectories that are shorter than the longest keep their last
 * score, as a short thought does under larger budgets. Declines for trajectories of which a step has no probe.
 */
export default defineRewardHook({
  name: 'anytime-budgets',
  version: 1,
  scope: 'group',
  summary: 'advantage of a step by the answers that were forced after it and later, as in AnytimeReasoner',
  options: { baseline: 'brpo', shares: [] as readonly number[] },
  reward({ trajectories }, { options: { baseline, shares } }) {
    const kind = choice('anytime-budgets', 'baseline', baseline, BASELINES)
    const scores = trajectories.map(({ steps }) => allKnown(steps.map((step) => numbersIn(recordedIn(step, 'probes')))))
    const means = scores.map((own) => (own === null || own.length === 0 ? null : own.map(meanOf)))
    const count = Math.max(0, ...means.map((own) => own?.length ?? 0))
    const given = numbersIn(shares)?.length === count ? shares : Array.from({ length: count }, () => 1 / count)
    const advantages = amongKnown(
      means,
      (known) =>
        budgetSegments(
          known.map((own) => padded(own, count)),
          given,
          kind,
        ).advantages,
    )
    return {
      perStep: trajectories.map(({ steps }, at) => advantages[at]?.slice(0, steps.length) ?? steps.map(() => null)),
    }
  },
})

const padded = (scores: readonly number[], count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => scores[Math.min(at, scores.length - 1)] ?? 0)
