import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { ANSWER_PLACES, finalAnswer } from '../answers/extract.ts'
import { agreement, majorityOf } from '../answers/votes.ts'
import { choice } from '../recorded.ts'

/**
 * 1 for an answer that equals the label of its task, 0 for another, by equality of texts. The label is the majority of
 * the answers to linked tasks, such as another phrasing (Co-Reward, arXiv 2508.00410; tmlr-group/Co-rewarding), the first
 * given of equally common ones; of the group itself where no task is linked. `labels` has others by task id, such as
 * the majority of a reference model (its second form). Declines without an answer or a label, where the reference gives 0.
 */
export default defineRewardHook({
  name: 'majority-label',
  version: 2,
  scope: 'group',
  summary: '1 for the answer that most give to the task or to its rephrased form, as in Co-Reward',
  options: { labels: {}, answer: 'auto', tag: 'answer' },
  reward({ trajectories, taskId }, { options, linked }) {
    const place = choice('majority-label', 'answer', options.answer, ANSWER_PLACES)
    const answersOf = (members: readonly Trajectory[]) =>
      members.map(({ steps }) => finalAnswer(steps, place, options.tag))
    const answers = answersOf(trajectories)
    const others = linked()
    const voters = others.length === 0 ? answers : others.flatMap((group) => answersOf(group.trajectories))
    const given = Object.entries(options.labels).find(([task]) => task === taskId)?.[1]
    const label = typeof given === 'string' ? given : majorityOf(voters)
    return { perTrajectory: answers.map((answer) => agreement(answer, label)) }
  },
})
