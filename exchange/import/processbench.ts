import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { chatTranscript } from './chat.ts'
import { listField, textField } from './fields.ts'
import { type NotKept, RowProblem, type Transcript } from './transcript.ts'

/** Outcome signal with the position of the first wrong step, from 0; -1 where every step is right. */
export const FIRST_ERROR = 'first-error'

/**
 * An item of ProcessBench (arXiv 2412.06559): `problem`, `steps`, and `label`, the position of the first wrong step, or -1.
 * Each step is an action. The label is the outcome `first-error`, and `success` is 1 where every step is right;
 * `final_answer_correct` is the outcome `final-answer`.
 * @throws RowProblem
 */
export function processBenchTranscript(row: JsonObject, notKept: NotKept): Transcript {
  notKept.others(row, ['id', 'generator', 'problem', 'steps', 'label', 'final_answer_correct'])
  const steps = listField(row.steps, 'steps').map((step, at) => textField(step, `steps[${at}]`))
  const label = labelIn(row.label, steps.length)
  const messages = [
    { role: 'user', content: textField(row.problem, 'problem') },
    ...steps.map((content) => ({ role: 'assistant', content })),
  ]
  const outcomes = {
    [FIRST_ERROR]: label,
    success: Number(label === -1),
    ...(typeof row.final_answer_correct === 'boolean' && { 'final-answer': Number(row.final_answer_correct) }),
  }
  const stepgym = {
    outcomes,
    ...(typeof row.id === 'string' && { trajectory: row.id }),
    ...(typeof row.generator === 'string' && { agent: row.generator }),
  }
  return chatTranscript({ messages, stepgym }, notKept)
}

function labelIn(value: Json | undefined, steps: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -1 && value < steps) return value
  throw new RowProblem(
    `label should be the position of the first wrong step of ${steps}, from 0, or -1: it is ${shown(value ?? null, 80)}`,
  )
}
