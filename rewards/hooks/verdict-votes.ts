import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Json, Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { VERDICT_FORMS, type Voted, verdictRewards, votedFrom } from '../judging/verdicts.ts'
import { allKnown, choice, lastRecorded } from '../recorded.ts'

/**
 * Rewards by the majority of several verifications, after SPARK (arXiv 2512.03244, read second hand). The last step
 * records `finalVerdicts`, a list of truth values, and `stepVerdicts`, such a list a verification with one a step.
 * `form: 'final'` is the final verdict; `steps` is `stepWeight` * the share of right steps + `finalWeight` * final. For
 * steps, `labels` is the verdict of the step, 0 or 1, `selective` the trajectory's advantage where its sign agrees with
 * the verdict of the step, else 0, and `global` blends it with the advantage of the step, .8 to .2. Advantages are in deviations over the group (ours).
 * Declines where votes tie (the paper has no rule), do not fit the steps, or are missing.
 */
export default defineRewardHook({
  name: 'verdict-votes',
  version: 1,
  scope: 'group',
  summary: 'majority of recorded verdicts on the steps and the answer, after SPARK',
  options: { form: 'steps', stepWeight: 0.4, finalWeight: 0.6, processShare: 0.8 },
  ranges: { stepWeight: AMOUNT_RANGE, finalWeight: AMOUNT_RANGE, processShare: [0, 1] },
  reward({ trajectories }, { options: { form, ...weights } }) {
    const chosen = choice('verdict-votes', 'form', form, VERDICT_FORMS)
    return verdictRewards(
      trajectories.map(votedOf),
      trajectories.map(({ steps }) => steps.length),
      chosen,
      weights,
    )
  },
})

function votedOf(trajectory: Trajectory): Voted | null {
  const { steps } = trajectory
  const [finals, rows] = [flagsIn(lastRecorded(trajectory, 'finalVerdicts')), lastRecorded(trajectory, 'stepVerdicts')]
  const votes = Array.isArray(rows) && rows.length > 0 ? allKnown(rows.map(flagsIn)) : null
  if (finals === null || votes?.every(({ length }) => length === steps.length) !== true) return null
  return votedFrom(votes, finals)
}

const flagsIn = (value: Json): readonly boolean[] | null =>
  Array.isArray(value) && value.every((each) => [true, false, 0, 1].some((flag) => flag === each))
    ? value.map(Boolean)
    : null
