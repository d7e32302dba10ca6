import type { Trajectory } from '../core/data/types.ts'
import { groupedBy } from './totals.ts'

/**
 * Trajectories as groups have them when they close: by member. Which member came first into the record is chance, and
 * the order of a sum of floating-point numbers shows in its last digit.
 */
export const inOrderOfMember = (trajectories: readonly Trajectory[]): readonly Trajectory[] =>
  [...groupedBy(trajectories, ({ id, groupId }) => groupId ?? `alone/${id}`).values()].flatMap((members) =>
    members.toSorted((one, other) => one.member - other.member),
  )
