import { anchorColumns } from './anchors.ts'
import type { BatchColumns } from './columns.ts'
import { copyOfRows, stepIndexes } from './copies.ts'
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
