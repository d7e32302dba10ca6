import { defineRewardHook } from '../../core/reward/hook.ts'
import { ANSWER_PLACES, finalAnswer } from '../answers/extract.ts'
import { agreement, majorityOf } from '../answers/votes.ts'
import { choice } from '../recorded.ts'

/**
 * 1 for an answer that equals the label of its task, 0 for another, by equality of texts. `labels` has labels by task
 * id, such as the majority among answers to a rephrased task (Co-Reward, arXiv 2508.00410; tmlr-group/Co-rewarding) or
 * among those of a reference model (its second form).
 * Without one for the task the label is the majority of the group itself, the first given of equally common ones.
 * Declines without an answer or a label, where the reference gives 0.
 */
export default defineRewardHook({
  name: 'majority-label',
  version: 1,
  scope: 'group',
  summary: '1 for the answer that most give to the task or to its rephrased form, as in Co-Reward',
  options: { labels: {}, answer: 'auto', tag: 'answer' },
  reward({ trajectories, taskId }, { options }) {
    const place = choice('majority-label', 'answer', options.answer, ANSWER_PLACES)
    const answers = trajectories.map(({ steps }) => finalAnswer(steps, place, options.tag))
    const given = Object.entries(options.labels).find(([task]) => task === taskId)?.[1]
    const label = typeof given === 'string' ? given : majorityOf(answers)
    return { perTrajectory: answers.map((answer) => agreement(answer, label)) }
  },
})
