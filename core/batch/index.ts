import { assemble, type BatchSettings } from './assemble.ts'
import { readColumns } from './columns.ts'
import { batchInvalid } from './fields.ts'
import { jsonOfText } from './text.ts'
import type { SignalColumn, StepBatch } from './types.ts'

export type { BatchSettings } from './assemble.ts'
export type { BatchColumns } from './columns.ts'
export { type Equality, Interner } from './intern.ts'
export { startsOf, startsOfLengths } from './layout.ts'
export { ExactSum, exactSumOf } from './sums.ts'
export { batchOfGroups, batchOfTrajectories } from './trajectories.ts'
export * from './types.ts'

/**
 * A batch from the JSON of any trainer: columns of equal lengths or an array of records, see `BatchColumns` and
 * docs/batches.md. `notes` lists what was read as null.
 * @throws GymError BATCH_INVALID naming the column, the row and the rule.
 */
export function parseBatch(json: unknown, settings?: BatchSettings): StepBatch {
  const { columns, notes } = readColumns(json)
  return { ...assemble(columns, settings), notes }
}

/**
 * Parses a batch from text, as `parseBatch`: JSON or JSON Lines as Python writes them, with integers of any size, NaN, the
 * infinities, and a byte order mark.
 * @throws GymError BATCH_INVALID
 */
export const parseBatchText = (text: string, settings?: BatchSettings): StepBatch =>
  parseBatch(jsonOfText(text), settings)

/**
 * The batch with one more signal of steps, aligned with its rows.
 * @param parts Names of the signals that it was made of.
 * @throws GymError BATCH_INVALID where the rows do not match.
 */
export function withSignal(
  batch: StepBatch,
  name: string,
  { values, known }: SignalColumn,
  parts: readonly string[] = [name],
): StepBatch {
  expectRows(`the signal ${name}`, values, known, batch.rowCount)
  return { ...batch, signals: new Map(batch.signals).set(name, { values, known, perToken: null, parts }) }
}

/**
 * The batch with one more signal of trajectories, aligned with `batch.trajectories`.
 * @throws GymError BATCH_INVALID where their number does not match.
 */
export function withOutcome(batch: StepBatch, name: string, { values, known }: SignalColumn): StepBatch {
  expectRows(`the outcome ${name}`, values, known, batch.trajectories.ids.length)
  return { ...batch, outcomes: new Map(batch.outcomes).set(name, { values, known }) }
}

function expectRows(what: string, values: Float64Array, known: Uint8Array, count: number): void {
  if (values.length !== count || known.length !== count)
    throw batchInvalid(`${what} has ${values.length} values and ${known.length} marks for ${count} places`)
  const bad = values.findIndex((value, at) => known[at] === 1 && !Number.isFinite(value))
  if (bad !== -1) throw batchInvalid(`row ${bad}: ${what} is ${values[bad]}, and should be a finite number or unknown`)
}

/** Values of rows in the order of what the batch was built from. */
export function inSourceOrder(batch: StepBatch, values: Float64Array): Float64Array {
  const ordered = new Float64Array(values.length)
  for (let row = 0; row < values.length; row++) ordered[batch.sourceRow[row] ?? 0] = values[row] ?? 0
  return ordered
}
