import { pythonStrip } from '../../../core/cpython/text.ts'
import { exactMatch, normalizeAnswer, subMatch } from '../scores/answer.ts'

const ANSWER = /<answer>([\s\S]*?)<\/answer>/g
const INFORMATION = /<information>([\s\S]*?)<\/information>/g
const TAGS = ['think', 'search', 'information', 'answer'] as const
const TAG = /(<\/?(?:think|search|information|answer)>)/
const ASSISTANT = /<\|im_start\|>assistant\s*/

/**
 * The last answer of a prompt and its response; null with fewer than `least` answers. Search-R1 asks for two: its
 * prompt has one as an example.
 */
export function lastAnswer(text: string, least = 2): string | null {
  const answers = [...text.matchAll(ANSWER)]
  return answers.length < least ? null : pythonStrip(answers.at(-1)?.[1] ?? '')
}

/** Whether a conversation has the required form, and what is wrong with it in Search-R1's words. */
export interface FormatVerdict {
  readonly isValid: boolean
  readonly message: string
}

/** Tags that may follow in each state, and the states that they lead to. */
const TRANSITIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  start: { '<think>': 'in_think' },
  in_think: { '</think>': 'after_think' },
  after_think: { '<search>': 'in_search', '<answer>': 'in_answer' },
  in_search: { '</search>': 'after_search' },
  after_search: { '<information>': 'in_information' },
  in_information: { '</information>': 'information' },
  information: { '<think>': 'in_think' },
  in_answer: { '</answer>': 'end' },
}
const BETWEEN = ['start', 'after_think', 'after_search', 'information']

/** Whether a whole conversation has the form that Search-R1 v0.3 rewards, and what is wrong with it. */
export function judgeFormat(text: string): FormatVerdict {
  const start = ASSISTANT.exec(text)
  if (start === null) return wrong('Missing assistant marker')
  const content = text.slice(start.index + start[0].length)
  for (const tag of TAGS) {
    const [opening, closing] = [content.split(`<${tag}>`).length - 1, content.split(`</${tag}>`).length - 1]
    if (opening !== closing) return wrong(`Mismatch in ${tag} tags: ${opening} opening vs ${closing} closing tags`)
  }
  return judgeParts(content.split(TAG).filter((part) => pythonStrip(part) !== ''))
}

function judgeParts(parts: readonly string[]): FormatVerdict {
  let state = 'start'
  for (const part of parts) {
    if (TAG.test(part)) {
      const next = TRANSITIONS[state]?.[part]
      if (next === undefined) return wrong(`Unexpected tag ${part} in state ${state}`)
      state = next
    } else if (!state.startsWith('in_')) return wrong(strayText(part, state))
  }
  return state === 'end'
    ? { isValid: true, message: 'Valid sequence format' }
    : wrong(`Incomplete sequence, ended in state ${state}`)
}

const strayText = (part: string, state: string): string =>
  BETWEEN.includes(state)
    ? `Unexpected content '${pythonStrip(part)}' between tags (state: ${state})`
    : `Unexpected content in state ${state}`

const wrong = (message: string): FormatVerdict => ({ isValid: false, message })

/** Whether a gold answer is in what was retrieved. */
export const hasRetrieved = (text: string, golds: readonly string[]): boolean =>
  [...text.matchAll(INFORMATION)].some(([, block = '']) => {
    const normalized = normalizeAnswer(block)
    return golds.some((gold) => normalized.includes(normalizeAnswer(gold)))
  })

/** Search-R1's outcome reward: 1 for a right answer, else 0. */
export const exactReward = (text: string, golds: readonly string[]): number => {
  const answer = lastAnswer(text)
  return Number(answer !== null && exactMatch(answer, golds))
}

/** The same where the answer has only to contain a gold answer. */
export const subMatchReward = (text: string, golds: readonly string[]): number => {
  const answer = lastAnswer(text)
  return Number(answer !== null && subMatch(answer, golds))
}

/** Shares of Search-R1 v0.3's reward. */
export interface FormatShares {
  /** For the form. @default 0.2 */
  readonly structure?: number
  /** For an answer, though wrong and out of form. @default 0.1 */
  readonly final?: number
  /** For a gold answer among what was retrieved. @default 0 */
  readonly retrieval?: number
}

/** Search-R1 v0.3's reward: of the answer, and of the form. */
export function formatReward(text: string, golds: readonly string[], shares: FormatShares = {}): number {
  const { structure = 0.2, final = 0.1, retrieval = 0 } = shares
  const answer = lastAnswer(text)
  const { isValid } = judgeFormat(text)
  if (answer !== null && exactMatch(answer, golds)) return isValid ? 1 : 1 - structure
  if (isValid) return hasRetrieved(text, golds) ? structure + retrieval : structure
  return answer === null ? 0 : final
}
