import { type AnchorColumn, NO_ANCHOR, type StepBatch } from '../../core/batch/index.ts'
import type { Need } from './scope.ts'
import { discountedReturns } from './signals.ts'
import { lastRows } from './transitions.ts'

const needOf = (name: string, known: Uint8Array): Need => ({
  signal: `anchor ${name}`,
  column: { values: new Float64Array(known.length), known },
  isColumn: true,
})

const knownIds = (ids: Int32Array): Uint8Array => Uint8Array.from(ids, (id) => (id === NO_ANCHOR ? 0 : 1))

/** The anchor of each row: rows without one stand at no state, and not at one and the same. */
export const anchorNeed = (name: string, { ids }: AnchorColumn): Need => needOf(name, knownIds(ids))

/** The anchors that each row leads from and to; nothing is known to follow the last one, which is an end. */
export function transitionNeed(batch: StepBatch, name: string, { ids, nextIds }: AnchorColumn): Need {
  const isLast = lastRows(batch)
  const isKnown = (row: number): boolean => isLast[row] === 1 || nextIds[row] !== NO_ANCHOR
  return needOf(
    name,
    knownIds(ids).map((known, row) => (isKnown(row) ? known : 0)),
  )
}

/** The anchors of each row and of all that follow it in its trajectory. */
export function pathNeed(batch: StepBatch, name: string, { ids }: AnchorColumn): Need {
  const own = { values: new Float64Array(batch.rowCount), known: knownIds(ids) }
  return needOf(name, discountedReturns(batch, own, 1).known)
}
