import type { AnchorColumn, StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'
import { Likeness } from './likeness.ts'
import { rowsInSourceOrder } from './similarity.ts'

/**
 * Anchors of a group, and what steps led to, merged by likeness (GraphGPO's canonical states): each joins the first
 * text of its group that is alike enough, in the order of the rows the batch was built from, a row's own anchor before
 * its next.
 * @returns Number of the anchor that represents another.
 */
export function mergedAnchors(
  episodes: Grouping,
  batch: StepBatch,
  column: AnchorColumn,
  threshold: number,
): (group: number, anchor: number) => number {
  const likeness = new Likeness(threshold)
  const merged = (group: number, anchor: number): number => likeness.firstAlike(group, anchor, column.texts[anchor])
  for (const row of rowsInSourceOrder(batch)) {
    const group = episodes.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) continue
    merged(group, column.ids[row] ?? 0)
    const next = column.nextIds[row] ?? NO_GROUP
    if (next >= 0) merged(group, next)
  }
  return merged
}
