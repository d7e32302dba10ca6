import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { brierTerm, CONFIDENT_FORMS, confidentAnswer } from '../answers/confident.ts'
import { goldAnswers, textOf } from '../answers/extract.ts'
import { isSameAnswer } from '../answers/normal.ts'
import { choice } from '../recorded.ts'

/**
 * RLCR (arXiv 2507.16806; damanimehul/RLCR `reward_fns.py`, weights of its configuration): `format` [form] + `accuracy`
 * [right] + `brier` (1 - (right - q)^2) of the last action, with its `<answer>` and the confidence q that it states;
 * answer and Brier term are 0 where the form is wrong. Parts in the order of `form`: thought, answer, analysis,
 * confidence. Answers are compared once they are normal. Declines without an `answer` in the ground truth or a text.
 */
export default defineRewardHook({
  name: 'confident-answer',
  version: 1,
  scope: 'outcome',
  summary: 'form, right answer, and how right the stated confidence is, as in RLCR',
  options: { form: 'tabc', format: 0.5, accuracy: 0.5, brier: 0.5 },
  ranges: { format: AMOUNT_RANGE, accuracy: AMOUNT_RANGE, brier: AMOUNT_RANGE },
  reward({ steps }, { groundTruth, options }) {
    const form = choice('confident-answer', 'form', options.form, CONFIDENT_FORMS)
    const [gold, text] = [goldAnswers(groundTruth()), textOf(steps.at(-1)?.action ?? null)]
    if (gold === null || text === null) return null
    const read = confidentAnswer(text, form)
    const isRight = read.hasForm && gold.some((each) => isSameAnswer(read.answer ?? '', each))
    const { format, accuracy, brier } = options
    return format * Number(read.hasForm) + accuracy * Number(isRight) + brier * brierTerm(read, Number(isRight))
  },
})
