import { type SignalColumn, type StepBatch, withOutcome, withSignal } from '../../core/batch/index.ts'
import { type Clock, type Combined, combine } from './apply.ts'
import { originalRows, subjectsOf } from './batch-subjects.ts'
import type { Recipe } from './recipe.ts'

/** A batch in which a recipe's values stand beside the signals that they were made of. */
export interface Shaped {
  readonly batch: StepBatch
  /** Name of the signal of steps, null where the recipe has none: the recipe's. */
  readonly steps: string | null
  /** Name of the signal of trajectories, null likewise. */
  readonly total: string | null
  /** Trajectories of which something is unknown, or that were filtered out. */
  readonly unusable: number
}

/**
 * Adds what a recipe makes of a batch's signals, under the recipe's name.
 * @param leftOut 1 for trajectories that take no part, as if they had been aborted
 * @throws GymError SIGNAL_MISSING for a signal that the batch has not; as `combine` else.
 */
export function shapeBatch(
  batch: StepBatch,
  recipe: Recipe,
  clock?: Clock,
  leftOut: Uint8Array = new Uint8Array(),
): Shaped {
  const subjects = subjectsOf(batch).map((subject, at) => (leftOut[at] ? { ...subject, isAborted: true } : subject))
  const results = combine(recipe, subjects, clock)
  const hasSteps = recipe.terms.some(({ aggregate }) => aggregate === undefined)
  const hasTotal = recipe.terms.some(({ aggregate }) => aggregate !== undefined)
  const parts = [...new Set(recipe.terms.map(({ signal }) => signal))]
  const stepped = hasSteps ? withSignal(batch, recipe.name, stepColumn(batch, results), parts) : batch
  const shaped = hasTotal ? withOutcome(stepped, recipe.name, columnOf(results.map(({ total }) => total))) : stepped
  return {
    batch: shaped,
    steps: hasSteps ? recipe.name : null,
    total: hasTotal ? recipe.name : null,
    unusable: results.filter(({ missing }) => missing.length > 0).length,
  }
}

function stepColumn(batch: StepBatch, results: readonly Combined[]): SignalColumn {
  const cells = new Array<number | null>(batch.rowCount).fill(null)
  results.forEach(({ perStep }, trajectory) => {
    originalRows(batch, trajectory).forEach((row, at) => {
      cells[row] = perStep?.[at] ?? null
    })
  })
  return columnOf(cells.map((cell, row) => (batch.copyOf ? (cells[batch.copyOf[row] ?? row] ?? null) : cell)))
}

const columnOf = (cells: readonly (number | null)[]): SignalColumn => ({
  values: Float64Array.from(cells, (cell) => cell ?? 0),
  known: Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)),
})
