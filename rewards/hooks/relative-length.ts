import { AMOUNT_RANGE, SHARE_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { measuredResponses } from '../lengths/measured.ts'
import { deviationLengthScores, rangeLengthScores, switchedLengthScores } from '../lengths/relative.ts'
import { amongKnown, choice } from '../recorded.ts'

/**
 * An outcome, changed by how long its trajectory is against others of its group, in tokens. `form: 'range'`: Kimi k1.5
 * (arXiv 2501.12599), from the shortest to the longest; `deviation`: Arora and Zanette (arXiv 2502.04463), in standard
 * deviations of the right ones; both as hkust-nlp/Laser has them. `switch`: right answers lose by length only where at
 * least `atLeast` of the group is right. An outcome of exactly 1 is right. Declines without the outcome or token
 * evidence of every action.
 */
export default defineRewardHook({
  name: 'relative-length',
  version: 1,
  scope: 'group',
  summary: 'an outcome, changed by how long its trajectory is against others of its group',
  options: { signal: 'success', form: 'range', weight: 0.4, atLeast: 0.75 },
  ranges: { weight: AMOUNT_RANGE, atLeast: SHARE_RANGE },
  reward({ trajectories }, { options: { signal, form, weight, atLeast } }) {
    const chosen = choice('relative-length', 'form', form, ['range', 'deviation', 'switch'])
    return {
      perTrajectory: amongKnown(measuredResponses(trajectories, signal), (group) => {
        if (chosen === 'switch') return switchedLengthScores(group, { atLeast, weight })
        return chosen === 'range' ? rangeLengthScores(group, weight) : deviationLengthScores(group, weight)
      }),
    }
  },
})
