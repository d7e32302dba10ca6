import type { BatchColumns } from './columns.ts'
import { badCell } from './fields.ts'
import type { Members } from './members.ts'

/** @throws GymError BATCH_INVALID for a copy of a copy, of another trajectory's row, or of a row that is not there. */
export function copyOfRows(columns: BatchColumns, { sourceRow }: Members): Int32Array | null {
  const { copyOf, trajectory } = columns
  if (copyOf === undefined || copyOf.every((original) => original === null)) return null
  const rowOf = new Int32Array(sourceRow.length)
  for (let row = 0; row < sourceRow.length; row++) rowOf[sourceRow[row] ?? 0] = row
  return Int32Array.from(sourceRow, (source, row) => {
    const original = copyOf[source] ?? null
    if (original === null) return row
    const isOriginal = copyOf[original] === null && trajectory[original] === trajectory[source]
    if (!isOriginal) throw badCell('copyOf', source, 'an original row of the same trajectory', original)
    return rowOf[original] ?? row
  })
}

/** @throws GymError BATCH_INVALID where a `step` column has a gap, a repetition, or another order than that of time. */
export function stepIndexes(columns: BatchColumns, members: Members, copyOf: Int32Array | null): Int32Array {
  const { trajectoryOf, sourceRow } = members
  const stepIndex = new Int32Array(sourceRow.length)
  let [trajectory, next] = [-1, 0]
  for (let row = 0; row < stepIndex.length; row++) {
    if (trajectoryOf[row] !== trajectory) next = 0
    trajectory = trajectoryOf[row] ?? 0
    if (copyOf && copyOf[row] !== row) continue
    const source = sourceRow[row] ?? 0
    const given = columns.step?.[source] ?? next
    if (given !== next) throw badCell('step', source, `${next}, as the next of its trajectory`, given)
    stepIndex[row] = next++
  }
  if (copyOf) for (let row = 0; row < stepIndex.length; row++) stepIndex[row] = stepIndex[copyOf[row] ?? row] ?? 0
  return stepIndex
}
