/** Punctuation of ASCII, as Python's `string.punctuation`. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g

/** An answer as SQuAD and HotpotQA compare it: lower case, without punctuation, articles and surplus spaces. */
export const normalAnswer = (answer: string): string =>
  answer
    .toLowerCase()
    .replaceAll(PUNCTUATION, '')
    .replaceAll(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')

/** Whether two answers are equal once they are normal. */
export const isSameAnswer = (answer: string, gold: string): boolean => normalAnswer(answer) === normalAnswer(gold)
