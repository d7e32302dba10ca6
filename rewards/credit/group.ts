import { batchOfGroups, type StepBatch } from '../../core/batch/index.ts'
import type { Diagnostics } from '../../core/data/diagnostics.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Group, Trajectory } from '../../core/data/types.ts'
import type { Credit } from '../estimator/estimator.ts'
import { type CreditRequest, computeCredit, type NoCredit, reasonOf, type Shaping, unusable } from './assign.ts'

/** What one estimator says of a closed group. */
export interface GroupCredit {
  readonly estimator: string
  /** Every trajectory of the group, in its order; null where there are no advantages at all, for `reason`. */
  readonly trajectories: readonly TrajectoryCredit[] | null
  readonly reason: NoCredit | null
  /** Null where nothing could be computed. */
  readonly diagnostics: Diagnostics | null
}

/** Advantages of one trajectory of a group. */
export interface TrajectoryCredit {
  readonly trajectoryId: string
  /** Aligned with the steps; null for a step that has none. */
  readonly advantages: readonly (number | null)[]
  /** Why some are null; null where none is. */
  readonly reason: string | null
}

/**
 * Advantages of a group that has closed, for `group.closed`: a group is a batch of its own here, so that what a method
 * normalises over a batch it normalises over the group. Never throws a GymError: the reason why an estimator cannot run is
 * its reason.
 */
export const creditGroup = (
  group: Group,
  requests: readonly CreditRequest[],
  shaping: Shaping | null = null,
): readonly GroupCredit[] => requests.map((request) => creditBy(group, request, shaping))

function creditBy(group: Group, request: CreditRequest, shaping: Shaping | null): GroupCredit {
  const { name } = request.estimator
  try {
    const batch = batchOfGroups([group])
    return credited({ name, group, batch, shaping }, computeCredit(batch, request, shaping))
  } catch (thrown) {
    if (thrown instanceof GymError) return without(name, reasonOf(thrown))
    throw thrown
  }
}

/** @param diagnostics those of a computation without a result */
export const without = (estimator: string, reason: NoCredit, diagnostics: Diagnostics | null = null): GroupCredit => ({
  estimator,
  trajectories: null,
  reason,
  diagnostics,
})

interface Crediting {
  readonly name: string
  readonly group: Group
  readonly batch: StepBatch
  readonly shaping: Shaping | null
}

function credited({ name, group, batch, shaping }: Crediting, credit: Credit): GroupCredit {
  const { diagnostics, mask } = credit
  if (!mask.includes(1)) return without(name, unusable(diagnostics), diagnostics)
  const consumed = consumedBy(diagnostics, shaping)
  const ends = new Map(batch.trajectories.ids.map((id, at) => [id, batch.trajectories.starts[at + 1] ?? 0]))
  const trajectories = group.trajectories.map((trajectory) => {
    const { id, steps } = trajectory
    const start = (ends.get(id) ?? 0) - steps.length
    const advantages = steps.map((_, at) => advantageAt(credit, start + at))
    const reason = advantages.includes(null) ? lackOf(trajectory, consumed, diagnostics.anchor?.name) : null
    return { trajectoryId: id, advantages, reason }
  })
  return { estimator: name, trajectories, reason: null, diagnostics }
}

/** Null where the row has none. */
export const advantageAt = ({ advantages, mask }: Credit, row: number): number | null =>
  mask[row] ? (advantages[row] ?? null) : null

/** Signals that were recorded: for what a recipe made, those that it made it of. */
function consumedBy({ signals }: Diagnostics, shaping: Shaping | null): readonly string[] {
  const { name, terms = [] } = shaping?.recipe ?? {}
  return signals.flatMap((signal) => (signal === name ? terms.map((term) => term.signal) : [signal]))
}

/** The first value that a trajectory lacks of those that were needed. */
function lackOf({ steps, rewards }: Trajectory, consumed: readonly string[], anchor: string | undefined): string {
  const places = [
    ...steps.map((step) => ({ where: `step ${step.index}`, rewards: step.rewards })),
    { where: 'the trajectory', rewards },
  ]
  for (const place of places) {
    for (const reward of place.rewards)
      if (reward.value === null && consumed.includes(reward.name))
        return `${reward.name} of ${place.where} is null: ${reward.reason}`
  }
  const lost = anchor === undefined ? undefined : steps.find(({ anchors }) => (anchors[anchor] ?? null) === null)
  return lost ? `step ${lost.index} has no anchor ${anchor}` : 'left out by the estimator, or by its recipe'
}
