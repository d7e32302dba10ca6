import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { groundingOf, leadOverOthers } from '../progress/contribution.ts'
import { amongKnown, choice, outcomesOf, stepValues } from '../recorded.ts'

/**
 * Step rewards of SPA-RL (arXiv 2505.20732; SPA-RL-Agent `prm/rl_data_org.py`): a contribution of the step, plus
 * `grounding` unless the next observation contains `nothing`; the last step always has it. `form: 'contribution'` takes
 * the contribution from the step signal `values`, of a model whose values of a trajectory sum to its outcome;
 * `released` is what the released script does: the outcome less the mean of the group's others, for every step.
 * Declines without the outcome, or at steps without the signal.
 */
export default defineRewardHook({
  name: 'contribution',
  version: 1,
  scope: 'group',
  summary: 'contribution of a step to the outcome, and whether it acted on the world, as in SPA-RL',
  options: { form: 'released', signal: 'success', values: 'implicit', grounding: 0.5, nothing: 'Nothing happens' },
  ranges: { grounding: AMOUNT_RANGE },
  reward({ trajectories }, { options: { form, signal, values, grounding, nothing } }) {
    const isReleased = choice('contribution', 'form', form, ['released', 'contribution']) === 'released'
    const leads = amongKnown(outcomesOf(trajectories, signal), leadOverOthers)
    return {
      perStep: trajectories.map((trajectory, at) => {
        const { steps } = trajectory
        const own = isReleased ? steps.map(() => leads[at] ?? null) : stepValues(trajectory, values)
        const acted = groundingOf(
          steps.map(({ nextObservation }) => nothing !== '' && nextObservation.includes(nothing)),
          grounding,
        )
        return own.map((value, step) => (value === null ? null : value + (acted[step] ?? 0)))
      }),
    }
  },
})
