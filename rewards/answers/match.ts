import { normalAnswer } from './normal.ts'
import { isSameQuantity, quantityIn } from './quantity.ts'

/** How an answer is held against a right one. */
export const ANSWER_MEASURES = ['exact', 'normal', 'f1', 'number'] as const
/** Name of a way to hold an answer against a right one. */
export type AnswerMeasure = (typeof ANSWER_MEASURES)[number]

/**
 * Overlap of the words of two answers once they are normal, from 0 to 1 (SQuAD 1.1, `evaluate-v1.1.py: f1_score`): the
 * harmonic mean of precision and recall over words as often as they occur; two answers without words are equal.
 */
export function wordF1(answer: string, gold: string): number {
  const [own, wanted] = [answer, gold].map((text) =>
    normalAnswer(text)
      .split(' ')
      .filter((word) => word !== ''),
  )
  if (!own?.length || !wanted?.length) return Number(own?.length === wanted?.length)
  const left = [...wanted]
  const shared = own.filter((word) => {
    const at = left.indexOf(word)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }).length
  return (2 * shared) / (own.length + wanted.length)
}

/**
 * Score of an answer against one right one, from 0 to 1. `exact` compares texts, `normal` without case, articles and
 * punctuation, `f1` words, `number` quantities within a relative tolerance; 0 for an answer that is not a number.
 * @returns null where the right answer itself is not a number
 */
export function answerScore(answer: string, gold: string, measure: AnswerMeasure, tolerance: number): number | null {
  switch (measure) {
    case 'exact':
      return Number(answer.trim() === gold.trim())
    case 'normal':
      return Number(normalAnswer(answer) === normalAnswer(gold))
    case 'f1':
      return wordF1(answer, gold)
    case 'number': {
      const [own, wanted] = [quantityIn(answer), quantityIn(gold)]
      if (wanted === null) return null
      return Number(own !== null && isSameQuantity(own, wanted, tolerance))
    }
  }
}
