import type { JsonObject } from '../../core/data/types.ts'
import { scoreOf } from '../score.ts'
import { type Sequence, sequencesOf } from '../sequences.ts'
import type { Whole } from '../trajectories.ts'
import { type LineContext, linePerTrajectory, type RowsOf, toolsField } from './context.ts'

/**
 * Conversations in which `weight` 0 marks the messages of the assistant that could not be read, did nothing, or are not
 * learnt from.
 */
export const sftRows = linePerTrajectory((whole, { opening, exchanges, tools }, context) => {
  if (!isWanted(whole, context)) return null
  const turns = exchanges.flatMap(({ said, shown }, at) => [
    { ...said, weight: whole.steps[at]?.isActionValid && whole.learnt[at] ? 1 : 0 },
    ...shown,
  ])
  return { messages: [...opening, ...turns], ...toolsField(tools) }
})

/** Ignored by the cross-entropy of PyTorch. */
const NO_LABEL = -100

/** Token ids with their labels: those that the model sampled in steps whose action counted. */
export const sftTokenRows: RowsOf = async (family, context) =>
  family
    .filter((whole) => isWanted(whole, context))
    .flatMap((whole) => sequencesOf(whole, context.credit).map(labelled))

function labelled({ whole, promptTokenIds, responseTokenIds, mask, stepOf }: Sequence): JsonObject {
  const valid = new Set(whole.steps.filter(({ isActionValid }) => isActionValid).map(({ index }) => index))
  const learnt = mask.map((each, at) => (each === 1 && valid.has(stepOf[at] ?? -1) ? 1 : 0))
  const none = promptTokenIds.map(() => 0)
  return {
    input_ids: [...promptTokenIds, ...responseTokenIds],
    labels: [...none.map(() => NO_LABEL), ...responseTokenIds.map((id, at) => (learnt[at] === 1 ? id : NO_LABEL))],
    assistant_masks: [...none, ...learnt],
  }
}

function isWanted(whole: Whole, { minScore, scores }: LineContext): boolean {
  if (minScore === null) return true
  const value = scoreOf(whole, scores[0] ?? '')
  return value !== null && value >= minScore
}
