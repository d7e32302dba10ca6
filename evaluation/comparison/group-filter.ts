import { batchOfGroups } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Group } from '../../core/data/types.ts'
import { type AdvantageFunction, type AdvantageSource, type Advantages, creditedBy } from '../../training/advantages.ts'
import { successOf } from '../../training/measures.ts'

/** Bounds of the share of a group's episodes that succeeded, 0 to 1, both included. */
export type SuccessShare = readonly [least: number, greatest: number]

/** Whether the share of successes of a group is within bounds; not where no episode was judged. */
export function successShareWithin({ trajectories }: Group, [least, greatest]: SuccessShare): boolean {
  const share = successOf(trajectories)
  return share !== null && share >= least && share <= greatest
}

/**
 * Advantages by a source that is shown the groups within bounds alone, as PRIME filters prompts by their accuracy (arXiv
 * 2502.01456, section 4.2): the rows of the others have none.
 */
export const withinShare =
  (source: AdvantageSource, share: SuccessShare): AdvantageFunction =>
  async (context) => {
    const { groups, batch } = context
    const kept = groups.filter((group) => successShareWithin(group, share))
    if (kept.length === 0) return withoutAdvantages(batch.rowCount)
    const credited = await creditedBy(source, { ...context, batch: batchOfGroups(kept), groups: kept }, null)
    if (credited.reason !== null) throw new GymError(credited.reason.code, credited.reason.message)
    return spreadOver(groups, new Set(kept), credited)
  }

/** No row has an advantage. */
export const withoutAdvantages = (rowCount: number): Advantages => ({
  advantages: new Float64Array(rowCount),
  mask: new Uint8Array(rowCount),
})

/** Advantages of the rows of some groups, among those of all groups. */
function spreadOver(groups: readonly Group[], kept: ReadonlySet<Group>, { advantages, mask }: Advantages): Advantages {
  const all = withoutAdvantages(groups.reduce((sum, group) => sum + rowsOf(group), 0))
  let [row, from] = [0, 0]
  for (const group of groups) {
    const count = rowsOf(group)
    if (kept.has(group)) {
      all.advantages.set(advantages.subarray(from, from + count), row)
      all.mask.set(mask.subarray(from, from + count), row)
      from += count
    }
    row += count
  }
  return all
}

const rowsOf = ({ trajectories }: Group): number => trajectories.reduce((sum, { steps }) => sum + steps.length, 0)
