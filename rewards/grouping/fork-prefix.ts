import type { StepBatch } from '../../core/batch/index.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'
import { previousRows } from './history.ts'
import { PairNumbers } from './pairs.ts'

/** Where trajectories that forked from one another part: both are groupings of rows by a common past. */
export interface ForkPrefixes {
  /** Steps taken after the same past: the choices at one fork. */
  readonly before: Grouping
  /** Steps that are, in several trajectories, the same step: same past, same random stream, same action. */
  readonly after: Grouping
}

/**
 * Steps by the identity of their past, not by what it looked like: members of a group share their start, and forks
 * share every step up to the fork.
 */
export function forkPrefixGroups(
  episodes: Grouping,
  batch: StepBatch,
  { actions, lineages }: { readonly actions: Int32Array; readonly lineages: Int32Array },
): ForkPrefixes {
  const previous = previousRows(batch, false)
  const [starts, draws, ends] = [new PairNumbers(), new PairNumbers(), new PairNumbers()]
  const before = new Int32Array(batch.rowCount).fill(NO_GROUP)
  const after = new Int32Array(batch.rowCount).fill(NO_GROUP)
  for (let row = 0; row < batch.rowCount; row++) {
    const group = episodes.ids[row] ?? NO_GROUP
    if (group === NO_GROUP) continue
    const past = previous[row] ?? NO_GROUP
    const start = past < 0 ? starts.numberOf(group, NO_GROUP) : starts.numberOf(NO_GROUP, after[past] ?? NO_GROUP)
    before[row] = start
    after[row] = ends.numberOf(draws.numberOf(start, lineages[row] ?? 0), actions[row] ?? 0)
  }
  return { before: { ids: before, count: starts.count }, after: { ids: after, count: ends.count } }
}
