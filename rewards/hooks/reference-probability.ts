import { GymError } from '../../core/data/errors.ts'
import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { textOf } from '../answers/extract.ts'
import {
  hasReasonedForm,
  PROBABILITY_AGGREGATES,
  probabilityShaping,
  reasonedReward,
  referenceScore,
} from '../log-probs/reference.ts'
import { choice, lastRecorded, logProbsIn } from '../recorded.ts'

/**
 * RLPR (arXiv 2506.18254; OpenBMB/RLPR `prob.py: ProbRewardManager`): how likely the reference answer is after the
 * agent's reasoning, less how likely it is without, shaped, times .9, plus .1 for the form. Reads what a step records,
 * in an effect, its info or a note: `referenceLogProbs`, the log-probabilities of the reference's tokens in place of the
 * answer, and `referenceScoreAlone`, the score without reasoning; `debias: false` needs no second. `coefficient` -1
 * gives -1 where the form is wrong. Declines where they are missing.
 */
export default defineRewardHook({
  name: 'reference-probability',
  version: 2,
  scope: 'group',
  summary: 'how likely the reasoning makes the reference answer, from recorded log-probabilities, as in RLPR',
  options: { aggregate: 'mean', shaping: 'threshold_0', coefficient: 0.1, debias: true },
  ranges: { coefficient: [-1, 1] },
  reward({ trajectories }, { options }) {
    const aggregate = choice('reference-probability', 'aggregate', options.aggregate, PROBABILITY_AGGREGATES)
    const shape = probabilityShaping(options.shaping)
    if (shape === null)
      throw new GymError('CONFIG_INVALID', `reward hook reference-probability: no shaping is called ${options.shaping}`)
    const judge = (trajectory: Trajectory): number | null => {
      const logProbs = logProbsIn(lastRecorded(trajectory, 'referenceLogProbs'))
      const alone = options.debias ? lastRecorded(trajectory, 'referenceScoreAlone') : 0
      const text = textOf(trajectory.steps.at(-1)?.action ?? null)
      if (logProbs === null || typeof alone !== 'number' || text === null) return null
      const gain = shape(referenceScore(logProbs, aggregate) - alone)
      return reasonedReward(gain, hasReasonedForm(text), options.coefficient)
    }
    return { perTrajectory: trajectories.map(judge) }
  },
})
