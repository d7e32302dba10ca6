import { defineRewardHook } from '../../core/reward/hook.ts'
import { textOf } from '../answers/extract.ts'
import { goldAnswerOf } from '../tools/made.ts'
import { scheduledScore } from '../tools/toolrl-schedule.ts'

/**
 * ToolRL's reward of the last action against the `answer` of the ground truth, form plus correctness plus length, at the
 * training step `step` under its switches (Qian et al., arXiv 2504.13958; qiancheng0/ToolRL `rlla.py: compute_score`):
 * `scheduled` SCHEDULEREWARD, `twoStage` MAX1STEP30MAX3, `unitCorrectness` CORRECTMAX1, `exactNames` REFINEDREWARD,
 * `wholeCalls` INTERMEDIATEREWARD, `allOrNothing` COARSEREWARD, `withLength` WITHLENGTH, `scheduledLength`
 * SCHEDULELENGTH. For answers of one step with tags; steps of an environment have `toolrl-format` and `toolrl-calls`,
 * whose recipes have the schedules. Declines without a text or such an answer.
 */
export default defineRewardHook({
  name: 'toolrl-score',
  version: 1,
  scope: 'outcome',
  summary: 'form, calls and length of the last action against the wanted answer, under the switches of ToolRL',
  options: {
    ...{ step: 0, scheduled: false, twoStage: false, unitCorrectness: false, exactNames: false },
    ...{ wholeCalls: false, allOrNothing: false, withLength: false, scheduledLength: false },
  },
  ranges: { step: [0, 1e9] },
  reward({ steps }, { groundTruth, options: { step, ...switches } }) {
    const [wanted, answer] = [goldAnswerOf(groundTruth()), textOf(steps.at(-1)?.action ?? null)]
    return wanted === null || answer === null ? null : scheduledScore(answer, wanted, step, switches).score
  },
})
