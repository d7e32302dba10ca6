import type { StepBatch } from '../../core/batch/index.ts'
import type { Credit } from '../estimator/estimator.ts'
import { advantageAt } from './group.ts'

/**
 * Advantages of the tokens of a row's action: its own values from a method that distinguishes tokens, else the row's
 * advantage for each, as trainers spread it over the mask of a response.
 * @returns Null for a row that has no advantage, or of which no tokens were recorded.
 */
export function tokenAdvantagesAt({ tokens }: StepBatch, credit: Credit, row: number): readonly number[] | null {
  const [start, end] = [tokens?.starts[row] ?? 0, tokens?.starts[row + 1] ?? 0]
  const advantage = advantageAt(credit, row)
  if (advantage === null || end === start) return null
  return credit.perToken ? [...credit.perToken.subarray(start, end)] : new Array<number>(end - start).fill(advantage)
}
