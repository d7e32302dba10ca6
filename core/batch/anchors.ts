import type { BatchColumns } from './columns.ts'
import { type Equality, Interner } from './intern.ts'
import type { Members } from './members.ts'
import { type AnchorColumn, NO_ANCHOR } from './types.ts'

/** Anchors by name, each text numbered once; a null is not an anchor. */
export function anchorColumns(
  columns: BatchColumns,
  members: Members,
  copyOf: Int32Array | null,
  equality: Equality,
): ReadonlyMap<string, AnchorColumn> {
  const entries = Object.entries(columns.anchors ?? {})
  return new Map(
    entries.map(([name, cells]) => {
      const interner = new Interner(equality)
      const ids = members.sourceRow.map((source) => (cells[source] === null ? NO_ANCHOR : interner.idOf(cells[source])))
      const explicit = columns.nextAnchors?.[name]
      const nextIds = nextAnchorIds(ids, members, copyOf)
      if (explicit) addExplicit(nextIds, explicit, members, interner)
      return [name, { ids, nextIds, texts: interner.texts }] as const
    }),
  )
}

/** The anchor of the trajectory's next original row. */
function nextAnchorIds(ids: Int32Array, { trajectoryOf }: Members, copyOf: Int32Array | null): Int32Array {
  const nextIds = new Int32Array(ids.length).fill(NO_ANCHOR)
  let next = NO_ANCHOR
  for (let row = ids.length - 1; row >= 0; row--) {
    if (trajectoryOf[row + 1] !== trajectoryOf[row]) next = NO_ANCHOR
    if (copyOf && copyOf[row] !== row) continue
    nextIds[row] = next
    next = ids[row] ?? NO_ANCHOR
  }
  if (copyOf) for (let row = 0; row < ids.length; row++) nextIds[row] = nextIds[copyOf[row] ?? row] ?? NO_ANCHOR
  return nextIds
}

function addExplicit(
  nextIds: Int32Array,
  explicit: readonly unknown[],
  { sourceRow }: Members,
  interner: Interner,
): void {
  for (let row = 0; row < nextIds.length; row++) {
    const cell = explicit[sourceRow[row] ?? 0]
    if (cell !== null) nextIds[row] = interner.idOf(cell)
  }
}
