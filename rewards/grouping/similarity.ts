import type { AnchorColumn, StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'
import { Likeness } from './likeness.ts'
import { PairNumbers } from './pairs.ts'

/**
 * GiGPO's greedy grouping by likeness: a step joins the first cluster of its group, in order of creation, whose first
 * member is at least `threshold` alike by difflib's ratio (`autojunk` on), else it starts one. The order is that of
 * the rows the batch was built from. Bounds from lengths and from bags of characters spare most comparisons and
 * change no result.
 * @param threshold Above 0, below 1.
 * @throws GymError BATCH_INVALID for an anchor that is not a text.
 */
export function similarityGroups(
  episodes: Grouping,
  batch: StepBatch,
  { ids, texts }: AnchorColumn,
  threshold: number,
): Grouping {
  const likeness = new Likeness(threshold)
  const clusters = new PairNumbers()
  const grouped = new Int32Array(batch.rowCount).fill(NO_GROUP)
  for (const row of rowsInSourceOrder(batch)) {
    const [group, anchor] = [episodes.ids[row] ?? NO_GROUP, ids[row] ?? NO_GROUP]
    if (group === NO_GROUP || anchor < 0) continue
    grouped[row] = clusters.numberOf(group, likeness.firstAlike(group, anchor, texts[anchor]))
  }
  return { ids: grouped, count: clusters.count }
}

/** Rows of the batch, in the order of what it was built from. */
export function rowsInSourceOrder({ sourceRow }: StepBatch): Int32Array {
  const rows = new Int32Array(sourceRow.length)
  for (let row = 0; row < rows.length; row++) rows[sourceRow[row] ?? 0] = row
  return rows
}
