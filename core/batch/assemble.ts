import { anchorColumns } from './anchors.ts'
import type { BatchColumns } from './columns.ts'
import { badCell } from './fields.ts'
import { type Equality, Interner } from './intern.ts'
import { type Members, membersOf } from './members.ts'
import { outcomeColumns, signalColumns } from './signals.ts'
import { tokenRanges } from './tokens.ts'
import type { StepBatch } from './types.ts'

export interface BatchSettings {
  /** How anchors and actions are compared. @default 'exact' */
  readonly equality?: Equality
}

/**
 * Columns with the rows of each trajectory side by side, texts numbered, and nulls marked.
 * @throws GymError BATCH_INVALID naming the row and the rule.
 */
export function assemble(columns: BatchColumns, { equality = 'exact' }: BatchSettings = {}): StepBatch {
  const members = membersOf(columns)
  const { sourceRow, trajectoryOf, trajectories, groups, groupOf } = members
  const copyOf = copyOfRows(columns, members)
  const tokens = tokenRanges(columns, sourceRow)
  return {
    rowCount: sourceRow.length,
    trajectories,
    groups,
    trajectoryOf,
    groupOf,
    stepIndex: stepIndexes(columns, members, copyOf),
    isActionValid: validRows(columns, sourceRow),
    actions: numbered(columns.action, members, equality),
    lineages: numbered(columns.lineage, members, 'exact'),
    anchors: anchorColumns(columns, members, copyOf, equality),
    signals: signalColumns(columns, sourceRow, tokens),
    outcomes: outcomeColumns(columns, members),
    tokens,
    copyOf,
    sourceRow,
    notes: [],
    leftOut: { aborted: 0, empty: 0 },
  }
}

function numbered(
  cells: readonly unknown[] | undefined,
  { sourceRow }: Members,
  equality: Equality,
): Int32Array | null {
  if (cells === undefined) return null
  const ids = new Interner(equality)
  return sourceRow.map((source) => ids.idOf(cells[source]))
}

function validRows({ isActionValid }: BatchColumns, sourceRow: Int32Array): Uint8Array {
  const isValid = new Uint8Array(sourceRow.length).fill(1)
  if (isActionValid)
    for (let row = 0; row < isValid.length; row++) if (isActionValid[sourceRow[row] ?? 0] === false) isValid[row] = 0
  return isValid
}

/** @throws GymError BATCH_INVALID for a copy of a copy, of another trajectory's row, or of a row that is not there. */
function copyOfRows(columns: BatchColumns, { sourceRow }: Members): Int32Array | null {
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
function stepIndexes(columns: BatchColumns, members: Members, copyOf: Int32Array | null): Int32Array {
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
