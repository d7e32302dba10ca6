import { batchOfGroups, type StepBatch } from '../../core/batch.ts'
import { GymError } from '../../core/errors.ts'
import type { Group } from '../../core/types.ts'
import type { Credit } from '../credit/estimator.ts'
import { assignCredit, type CreditRequest, type NoCredit, reasonOf, type Shaping } from './assign.ts'

/** What one estimator says of a closed group. */
export interface GroupCredit {
  readonly estimator: string
  /** Every trajectory of the group, in its order; null where there are no advantages at all, for `reason`. */
  readonly trajectories: readonly TrajectoryCredit[] | null
  readonly reason: NoCredit | null
  readonly warnings: readonly string[]
}

export interface TrajectoryCredit {
  readonly trajectoryId: string
  /** Aligned with the steps; null for a step that has none. */
  readonly advantages: readonly (number | null)[]
}

/**
 * Advantages of a group that has closed, for `group.closed`: a group is a batch of its own here, so that what a method
 * normalises over a batch it normalises over the group. Never throws a GymError: what stands in an estimator's way is
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
    const [assigned] = assignCredit(batch, [request], shaping)
    if (assigned?.credit) return credited(name, group, batch, assigned.credit)
    return without(name, assigned?.reason ?? NOTHING)
  } catch (thrown) {
    if (thrown instanceof GymError) return without(name, reasonOf(thrown))
    throw thrown
  }
}

const without = (estimator: string, reason: NoCredit): GroupCredit => ({
  estimator,
  trajectories: null,
  reason,
  warnings: [],
})

const NOTHING: NoCredit = { code: 'SIGNAL_MISSING', message: 'nothing was computed' }

function credited(estimator: string, group: Group, batch: StepBatch, credit: Credit): GroupCredit {
  const { warnings } = credit.diagnostics
  if (credit.mask.every((isUsed) => !isUsed)) return { ...without(estimator, unusable(credit)), warnings }
  const places = new Map(batch.trajectories.ids.map((id, at) => [id, batch.trajectories.starts[at] ?? 0]))
  const trajectories = group.trajectories.map(({ id, steps }) => {
    const start = places.get(id) ?? 0
    return { trajectoryId: id, advantages: steps.map((_, at) => advantageAt(credit, start + at)) }
  })
  return { estimator, trajectories, reason: null, warnings }
}

/** Null where the row has none. */
export const advantageAt = ({ advantages, mask }: Credit, row: number): number | null =>
  mask[row] ? (advantages[row] ?? null) : null

function unusable({ diagnostics: { groups, nulls } }: Credit): NoCredit {
  const lacking = Object.entries(nulls).flatMap(([signal, count]) => (count > 0 ? [`${count} of ${signal}`] : []))
  const few = groups.tooSmall > 0 ? 'too few trajectories are usable' : 'no step is usable'
  const why = lacking.length > 0 ? `: values are null, ${lacking.join(', ')}` : ''
  return { code: 'SIGNAL_MISSING', message: `${few}${why}` }
}
