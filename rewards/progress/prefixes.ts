import type { Step, Trajectory } from '../../core/data/types.ts'
import { meanOf } from '../numbers.ts'

/** Name of the point after a step: forks share the steps before they part. */
const pointOf = ({ trajectoryId, index }: Step): string => `${trajectoryId}#${index}`

/**
 * Success rates of a group at the points of each trajectory: before its first step, and after each. The rate of a point
 * is the mean outcome of all trajectories that pass it, forks included; null where fewer than `least` of them have one.
 * @param outcomes aligned with the trajectories, from 0 to 1; null where not known
 */
export function successRates(
  trajectories: readonly Trajectory[],
  outcomes: readonly (number | null)[],
  least: number,
): readonly (readonly (number | null)[])[] {
  const passed = new Map<string, number[]>()
  const pass = (point: string, outcome: number): void => {
    const own = passed.get(point)
    if (own) own.push(outcome)
    else passed.set(point, [outcome])
  }
  for (const [at, { steps }] of trajectories.entries()) {
    const outcome = outcomes[at] ?? null
    if (outcome !== null) for (const point of [START, ...steps.map(pointOf)]) pass(point, outcome)
  }
  const rateAt = (point: string): number | null => {
    const own = passed.get(point) ?? []
    return own.length >= least && own.length > 0 ? meanOf(own) : null
  }
  return trajectories.map(({ steps }) => [START, ...steps.map(pointOf)].map(rateAt))
}

/** All members of a group start from one state. */
const START = ''
