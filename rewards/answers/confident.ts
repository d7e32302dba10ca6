/** Parts of an answer with confidence, in their order: thought, answer, analysis, confidence. */
export const CONFIDENT_FORMS = ['tac', 'tabc', 'tbac'] as const
/** Name of a form of confident answers. */
export type ConfidentForm = (typeof CONFIDENT_FORMS)[number]

const part = (tag: string): string => String.raw`\s*<${tag}>.*?</${tag}>`
const PATTERNS: Readonly<Record<ConfidentForm, RegExp>> = {
  tac: new RegExp(`^.*?</think>${part('answer')}${part('confidence')}\\s*$`, 's'),
  tabc: new RegExp(`^.*?</think>${part('answer')}${part('analysis')}${part('confidence')}\\s*$`, 's'),
  tbac: new RegExp(`^.*?</think>${part('analysis')}${part('answer')}${part('confidence')}\\s*$`, 's'),
}

/** Last text between tags; null without any. */
export function lastTagged(text: string, tag: string): string | null {
  const found = [...text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].at(-1)
  return found?.[1] ?? null
}

/** A number as Python's `float` reads it, without its infinities and NaN; null for other text. */
export function numberIn(text: string | null): number | null {
  const trimmed = text?.trim() ?? ''
  return /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i.test(trimmed)
    ? Number(trimmed.replaceAll('_', ''))
    : null
}

/** What RLCR sees in an answer. */
export interface ConfidentAnswer {
  readonly hasForm: boolean
  /** Last answer; null without one. */
  readonly answer: string | null
  /** Last confidence; null where it cannot be read as a number. */
  readonly confidence: number | null
}

/**
 * Reads an answer with its confidence (arXiv 2507.16806; damanimehul/RLCR `reward_fns.py: format_reward`): the form is
 * right where the parts follow each other to the end and the confidence is a number from 0 to 1.
 */
export function confidentAnswer(text: string, form: ConfidentForm): ConfidentAnswer {
  const confidence = numberIn(lastTagged(text, 'confidence'))
  const isShare = confidence !== null && confidence >= 0 && confidence <= 1
  return { hasForm: PATTERNS[form].test(text) && isShare, answer: lastTagged(text, 'answer'), confidence }
}

/** 1 - (outcome - confidence)^2; 0 where the form is wrong. */
export const brierTerm = ({ hasForm, confidence }: ConfidentAnswer, outcome: number): number =>
  hasForm && confidence !== null ? 1 - (outcome - confidence) ** 2 : 0
