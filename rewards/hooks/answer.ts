import { GymError, messageOf } from '../../core/data/errors.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { ANSWER_PLACES, finalAnswer, goldAnswers } from '../answers/extract.ts'
import { ANSWER_MEASURES, answerScore } from '../answers/match.ts'
import { largestOf } from '../numbers.ts'
import { choice } from '../recorded.ts'

/** Most characters of an answer that a pattern is tried on, and most repetitions of a pattern. */
const [LONGEST, REPETITIONS] = [256, 3]

/**
 * How right the answer of the last action is, 0 to 1, against the best of the right answers (`answer` or `answers` of
 * the ground truth): `exact` text, `normal` (without case, articles and punctuation), `f1` of the words (SQuAD 1.1),
 * `number` with units, within `tolerance` times the larger, or `pattern`: 1 where the regular expression `pattern`
 * matches the whole answer, which needs no ground truth. A
 * pattern repeats no group and at most three other parts, since an agent could else choose a text on which it takes
 * years. 0 for an episode that ends without an answer. Declines without
 * a right answer, or with one that is not a number where numbers are compared.
 */
export default defineRewardHook({
  name: 'answer',
  version: 1,
  scope: 'outcome',
  summary: 'how right the answer is: as text, by its words, as a number with its unit, or by a pattern',
  options: { measure: 'normal', answer: 'auto', tag: 'answer', tolerance: 1e-6, pattern: '' },
  ranges: { tolerance: [0, 1] },
  reward({ steps }, { groundTruth, options: { measure, answer, tag, tolerance, pattern } }) {
    const kind = choice('answer', 'measure', measure, [...ANSWER_MEASURES, 'pattern'])
    const given = finalAnswer(steps, choice('answer', 'answer', answer, ANSWER_PLACES), tag)
    if (kind === 'pattern') return Number(given !== null && given.length <= LONGEST && patternOf(pattern).test(given))
    const gold = goldAnswers(groundTruth())
    if (gold === null) return null
    const scores = gold.map((each) => (given === null ? 0 : answerScore(given, each, kind, tolerance)))
    const known = scores.filter((score) => score !== null)
    return known.length === 0 ? null : largestOf(known)
  },
})

function patternOf(pattern: string): RegExp {
  try {
    if (pattern === '') throw new Error('it is empty')
    const plain = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[[^\]]*\]/g, 'x')
    if (/\)[*+{]/.test(plain)) throw new Error('it repeats a group')
    if ((plain.match(/[*+{]/g)?.length ?? 0) > REPETITIONS)
      throw new Error(`it has more than ${REPETITIONS} repetitions`)
    return new RegExp(`^(?:${pattern})$`, 'su')
  } catch (error) {
    throw new GymError('CONFIG_INVALID', `reward hook answer: the pattern cannot be used: ${messageOf(error)}`)
  }
}
