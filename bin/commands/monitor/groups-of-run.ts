import type { Group } from '../../../core/data/types.ts'
import type { Run } from '../../../records/index.ts'

type Members = Pick<Group, 'trajectories' | 'aborted'>

/** Closed groups of a run in their order, then episodes that are in none: a fork is in the group of its parent. */
export function* groupsOfRun(run: Run): Generator<Members> {
  const grouped = new Set<string>()
  for (const { group } of run.groups()) {
    for (const { id } of [...group.trajectories, ...group.aborted]) grouped.add(id)
    yield group
  }
  for (const { trajectory } of run.trajectories()) {
    const isWhole = trajectory.ending !== 'aborted' && trajectory.forkedFrom === undefined
    if (isWhole && !grouped.has(trajectory.id)) yield { trajectories: [trajectory], aborted: [] }
  }
}
