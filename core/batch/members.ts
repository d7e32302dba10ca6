import type { BatchColumns } from './columns.ts'
import { badCell, batchInvalid } from './fields.ts'
import { Interner } from './intern.ts'
import { int32Of, type Layout, layoutOf } from './layout.ts'
import type { BatchTrajectories } from './types.ts'

/** Who is whose: rows of trajectories of groups. */
export interface Members extends Layout {
  readonly trajectories: BatchTrajectories
  readonly groups: readonly string[]
  readonly groupOf: Int32Array
}

/** @throws GymError BATCH_INVALID where there are no rows, or the rows of one trajectory contradict each other. */
export function membersOf(columns: BatchColumns): Members {
  if (columns.trajectory.length === 0) throw batchInvalid('a batch needs at least one row')
  const trajectoryIds = new Interner()
  const rowCount = columns.trajectory.length
  const trajectoryOfSource = int32Of(rowCount, (source) => trajectoryIds.idOf(columns.trajectory[source]))
  const count = trajectoryIds.texts.length
  const layout = layoutOf(trajectoryOfSource, count)
  const groups = new Interner()
  const groupOfSource = int32Of(rowCount, (source) => groups.idOf(columns.group[source]))
  const firsts = Array.from({ length: count }, (_, t) => layout.sourceRow[layout.starts[t] ?? 0] ?? 0)
  expectSame('group', columns.group, trajectoryOfSource, firsts)
  if (columns.truncated) expectSame('truncated', columns.truncated, trajectoryOfSource, firsts)
  const groupOf = layout.sourceRow.map((source) => groupOfSource[source] ?? 0)
  const trajectories = {
    ids: trajectoryIds.texts.map(String),
    starts: layout.starts,
    groupOf: Int32Array.from(firsts, (source) => groupOfSource[source] ?? 0),
    isTruncated: Uint8Array.from(firsts, (source) => (columns.truncated?.[source] ? 1 : 0)),
  }
  return { ...layout, trajectories, groups: groups.texts.map(String), groupOf }
}

/**
 * Requires that a column about trajectories has one value in all rows of each trajectory.
 * @throws GymError BATCH_INVALID
 */
export function expectSame(
  name: string,
  column: readonly unknown[],
  trajectoryOfSource: Int32Array,
  firsts: ArrayLike<number>,
): void {
  for (let row = 0; row < column.length; row++) {
    const first = firsts[trajectoryOfSource[row] ?? 0] ?? 0
    if (column[row] === column[first]) continue
    throw badCell(name, row, `${JSON.stringify(column[first])}, as in row ${first} of the same trajectory`, column[row])
  }
}
