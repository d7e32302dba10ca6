import type { Json, Trajectory } from '../../core/data/types.ts'

/** What a guard does with a trajectory that it stops: the lowest score, null, or nothing. */
export const GUARDS = ['lowest', 'null', 'none'] as const
/** Name of what a guard does. */
export type Guard = (typeof GUARDS)[number]

/**
 * Answers that say nothing and that language models as judges were seen to call right: "One Token to Fool
 * LLM-as-a-Judge" (Zhao et al., arXiv 2507.08794), symbols aside, which have no letter or digit.
 */
const OPENERS =
  /thought process|let['’]s solve this problem step by step|let me think( about this)?|solution|respuesta|解|かいせつ/giu

/** Marks of verdicts, and requests for one: what only a text that addresses its judge has. */
const ADDRESSES: readonly RegExp[] = [
  /<\/?(verdict|final_score|score|grade)\b/i,
  /\b(ignore|disregard|forget|override)\b[^.\n]{0,40}\b(instructions?|rules|prompts?|rubrics?)\b/i,
  /\b(give|award|assign|deserves?|rate)\b[^.\n]{0,30}\b(full|maximum|perfect|highest|top)\b[^.\n]{0,20}\b(marks?|scores?|points?|ratings?|grades?)\b/i,
  /\b(dear|note to|message to|attention)\b[^.\n]{0,10}\b(judge|grader|evaluator|reviewer)\b/i,
]

/** Text of an action as a judge reads it. */
export const actionText = (action: Json): string => (typeof action === 'string' ? action : JSON.stringify(action))

/**
 * Why a trajectory need not be shown to a judge: no action says anything, or one addresses the judge. Null for any other.
 * Only what the agent wrote counts: a page that it read may hold anything.
 */
export function stoppedBy({ steps }: Pick<Trajectory, 'steps'>): string | null {
  const texts = steps.map(({ action }) => actionText(action))
  if (!texts.some(saysSomething)) return 'no action says anything'
  const at = texts.findIndex((text) => ADDRESSES.some((pattern) => pattern.test(text)))
  return at === -1 ? null : `the action of step ${at + 1} addresses its judge`
}

/** Whether letters or digits are left without what only opens an answer. */
const saysSomething = (text: string): boolean => /[\p{L}\p{N}]/u.test(text.replace(OPENERS, ''))
