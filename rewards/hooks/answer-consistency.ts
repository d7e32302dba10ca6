import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { ANSWER_PLACES, finalAnswer } from '../answers/extract.ts'
import { answerEntropy, CONSISTENCY, localWeight } from '../curation/consistency.ts'
import { allKnown, choice } from '../recorded.ts'

/**
 * How much a group differs in its answers: sigmoid(gamma (H - rho)) of their entropy H in nats, the same for every
 * member; near 0 where all agree. After COPO (arXiv 2508.04138, read second hand), which weighs a group's own advantage
 * by it and a global one by the rest. `measure: 'entropy'` is H. Declines where a member has
 * no answer.
 */
export default defineRewardHook({
  name: 'answer-consistency',
  version: 1,
  scope: 'group',
  summary: 'how much the answers of a group differ, as the weight of its own advantage, after COPO',
  options: { measure: 'weight', ...CONSISTENCY, answer: 'auto', tag: 'answer' },
  ranges: { gamma: AMOUNT_RANGE, rho: AMOUNT_RANGE },
  reward({ trajectories }, { options: { measure, gamma, rho, answer, tag } }) {
    const kind = choice('answer-consistency', 'measure', measure, ['weight', 'entropy'])
    const place = choice('answer-consistency', 'answer', answer, ANSWER_PLACES)
    const answers = allKnown(trajectories.map(({ steps }) => finalAnswer(steps, place, tag)))
    const entropy = answers === null ? null : answerEntropy(answers)
    const value = entropy === null || kind === 'entropy' ? entropy : localWeight(entropy, gamma, rho)
    return { perTrajectory: trajectories.map(() => value) }
  },
})
