import { pythonLower, pythonSplit } from '../../../core/cpython/text.ts'

const PUNCTUATION = /[!-/:-@[-`{-~]/g
const ARTICLE = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu

/**
 * An answer as HotpotQA and Search-R1 compare it: lower case, without ASCII punctuation, without articles, words by one
 * space. Deleting joins what punctuation separates; typographic quotes and dashes stay.
 */
export const normalizeAnswer = (text: string): string =>
  pythonSplit(pythonLower(text).replace(PUNCTUATION, '').replace(ARTICLE, ' ')).join(' ')

/** Whether a prediction equals one of the gold answers, both normalised. */
export const exactMatch = (prediction: string, golds: readonly string[]): boolean =>
  golds.some((gold) => normalizeAnswer(gold) === normalizeAnswer(prediction))

/** Whether a gold answer is within the prediction, both normalised. An empty one always is. */
export const subMatch = (prediction: string, golds: readonly string[]): boolean =>
  golds.some((gold) => normalizeAnswer(prediction).includes(normalizeAnswer(gold)))

/** Precision, recall and F1, each from 0 to 1. */
export interface Overlap {
  readonly f1: number
  readonly precision: number
  readonly recall: number
}

const NONE: Overlap = { f1: 0, precision: 0, recall: 0 }
const CLOSED = ['yes', 'no', 'noanswer']

/** Overlap of words as HotpotQA counts it. Two empty answers have none, though they match exactly. */
export function answerOverlap(prediction: string, gold: string): Overlap {
  const [ours, theirs] = [normalizeAnswer(prediction), normalizeAnswer(gold)]
  if (ours !== theirs && (CLOSED.includes(ours) || CLOSED.includes(theirs))) return NONE
  const [ourWords, theirWords] = [pythonSplit(ours), pythonSplit(theirs)]
  const common = commonCount(ourWords, theirWords)
  if (common === 0) return NONE
  const [precision, recall] = [common / ourWords.length, common / theirWords.length]
  return { f1: (2 * precision * recall) / (precision + recall), precision, recall }
}

function commonCount(ours: readonly string[], theirs: readonly string[]): number {
  const left = new Map<string, number>()
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1)
  return ours.filter((word) => {
    const count = left.get(word) ?? 0
    left.set(word, count - 1)
    return count > 0
  }).length
}

/** The best overlap with one of the gold answers. */
export const bestOverlap = (prediction: string, golds: readonly string[]): number =>
  golds.reduce((best, gold) => Math.max(best, answerOverlap(prediction, gold).f1), 0)
