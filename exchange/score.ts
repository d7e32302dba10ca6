import { ExactSum } from '../core/batch/index.ts'
import { GymError } from '../core/data/errors.ts'
import { nearAnd } from '../core/data/near.ts'
import type { FilterNeeds } from '../rewards/shaping/filter.ts'
import { rewardNamed } from './parquet/steps.ts'
import type { Survey } from './survey.ts'
import type { Whole } from './trajectories.ts'

/**
 * Requires that a run has a signal of a name, of steps or of trajectories.
 * @throws GymError SIGNAL_MISSING, naming near ones
 */
export function expectSignal({ signals, outcomes }: Survey, name: string): void {
  const known = [...new Set([...outcomes, ...signals])]
  if (!known.includes(name)) throw missing(`signal ${name}`, name, known)
}

const missing = (what: string, name: string, known: readonly string[]): GymError =>
  new GymError(
    'SIGNAL_MISSING',
    `the run has no ${what}: ${nearAnd(name, known, `it has ${known.join(', ') || 'none'}`)}`,
  )

/**
 * Requires that a run has the signals that filters and masks need.
 * @throws GymError SIGNAL_MISSING, naming near ones
 */
export function expectNeeds({ signals, outcomes }: Survey, needs: FilterNeeds): void {
  for (const name of needs.steps) if (!signals.includes(name)) throw missing(`signal ${name} of steps`, name, signals)
  for (const name of needs.outcomes)
    if (!outcomes.includes(name)) throw missing(`signal ${name} of trajectories`, name, outcomes)
}

/**
 * Score of a trajectory: its own signal of that name or, if there is none, the sum of its steps' signal. Null where a
 * value is null: it is not 0.
 */
export function scoreOf({ trajectory, steps }: Whole, name: string): number | null {
  if (trajectory.rewards.some((reward) => reward.name === name)) return rewardNamed(trajectory.rewards, name)
  const sum = new ExactSum()
  for (const { rewards } of steps) {
    const value = rewardNamed(rewards, name)
    if (value === null) return null
    sum.add(value)
  }
  return sum.value
}
