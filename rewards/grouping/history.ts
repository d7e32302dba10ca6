import type { AnchorColumn, StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'
import { groupedByPair } from './pairs.ts'

/**
 * Nested groups: level k - 1 of the result holds steps of one group whose last k anchors, the current one among
 * them, are equal; steps with a shorter past take no part in it. Linear in rows and levels: the k-th group of a step
 * is determined by the (k - 1)-th group of the step before and its own anchor.
 * @param previous Row before each row within its trajectory, -1 for the first: see `previousRows`.
 */
export function historyGroups(
  episodes: Grouping,
  { ids }: AnchorColumn,
  previous: Int32Array,
  levels: number,
): readonly Grouping[] {
  const nested = [groupedByPair(episodes.ids, ids)]
  while (nested.length < levels) {
    const shorter = nested[nested.length - 1]?.ids ?? new Int32Array()
    const before = previous.map((row) => (row < 0 ? NO_GROUP : (shorter[row] ?? NO_GROUP)))
    nested.push(groupedByPair(before, ids))
  }
  return nested
}

/**
 * The row before each row within its trajectory, -1 for the first.
 * @param copiesAreSteps Whether a copied row counts as one more, later step of its trajectory (as in verl-agent), or
 *   has its original's past.
 */
export function previousRows({ trajectoryOf, copyOf }: StepBatch, copiesAreSteps: boolean): Int32Array {
  const previous = new Int32Array(trajectoryOf.length).fill(NO_GROUP)
  let last = NO_GROUP
  for (let row = 0; row < previous.length; row++) {
    if (row > 0 && trajectoryOf[row] !== trajectoryOf[row - 1]) last = NO_GROUP
    const original = copiesAreSteps ? row : (copyOf?.[row] ?? row)
    previous[row] = original === row ? last : (previous[original] ?? NO_GROUP)
    if (original === row) last = row
  }
  return previous
}
