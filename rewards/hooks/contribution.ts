import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { groundingOf, leadOverOthers, withRemainder } from '../progress/contribution.ts'
import { allKnown, amongKnown, choice, outcomesOf, stepValues } from '../recorded.ts'

/**
 * Step rewards of SPA-RL (arXiv 2505.20732; SPA-RL-Agent `prm/rl_data_org.py`): a contribution of the step, plus
 * `grounding` unless the next observation contains `nothing`; the last step always has it. `form: 'contribution'` takes
 * the contribution from the step signal `values`, of a model whose values of a trajectory sum to its outcome
 * (`step-contribution`); `exact` adds what they lack of the outcome in equal parts, so that they sum to it. `released` is
 * what the released script does: the outcome less the mean of the group's others, for every step. Declines without the
 * outcome, and at steps without the signal; `exact` where any step lacks it.
 */
export default defineRewardHook({
  name: 'contribution',
  version: 2,
  scope: 'group',
  summary: 'contribution of a step to the outcome, and whether it acted on the world, as in SPA-RL',
  options: {
    form: 'released',
    signal: 'success',
    values: 'step-contribution',
    grounding: 0.5,
    nothing: 'Nothing happens',
  },
  ranges: { grounding: AMOUNT_RANGE },
  reward({ trajectories }, { options: { form, signal, values, grounding, nothing } }) {
    const chosen = choice('contribution', 'form', form, ['released', 'contribution', 'exact'])
    const outcomes = outcomesOf(trajectories, signal)
    const leads = amongKnown(outcomes, leadOverOthers)
    const contributions = (trajectory: Trajectory, at: number): readonly (number | null)[] => {
      if (chosen === 'released') return trajectory.steps.map(() => leads[at] ?? null)
      const own = stepValues(trajectory, values)
      return chosen === 'exact' ? exactly(own, outcomes[at] ?? null) : own
    }
    return {
      perStep: trajectories.map((trajectory, at) => {
        const { steps } = trajectory
        const own = contributions(trajectory, at)
        const acted = groundingOf(
          steps.map(({ nextObservation }) => nothing !== '' && nextObservation.includes(nothing)),
          grounding,
        )
        return own.map((value, step) => (value === null ? null : value + (acted[step] ?? 0)))
      }),
    }
  },
})

/** Contributions that sum to the outcome; null where it, or one of them, is not known. */
function exactly(values: readonly (number | null)[], outcome: number | null): readonly (number | null)[] {
  const known = allKnown(values)
  return known === null || outcome === null ? values.map(() => null) : withRemainder(known, outcome)
}
