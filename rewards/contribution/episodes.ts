import type { Group, Step, Trajectory } from '../../core/data/types.ts'
import { Branches } from '../../core/rollout/branches.ts'
import { sumOf } from '../numbers.ts'
import { allKnown, stepValues } from '../recorded.ts'
import { signalValue } from '../signals.ts'

/** An episode with the outcome that its steps should sum to. */
export interface OutcomeEpisode {
  readonly steps: readonly Step[]
  readonly outcome: number
}

/** Episodes with known outcomes, and the number of those that are left out. */
export interface OutcomeEpisodes {
  readonly episodes: readonly OutcomeEpisode[]
  /** Episodes that ended, without an outcome. */
  readonly unknown: number
}

/** Name of the outcome that is the sum of the environment's rewards. */
export const RETURN = 'return'

/**
 * Episodes of a group from their first step on, those that were forked as a whole, each with its outcome: the signal of
 * that name, or the `return`. Aborted ones are left out.
 */
export function episodesOf(
  { trajectories, aborted }: Pick<Group, 'trajectories' | 'aborted'>,
  outcome: string,
): OutcomeEpisodes {
  const branches = new Branches([...trajectories, ...aborted])
  const whole = trajectories.map((each) => branches.wholeOf(each)).filter(({ steps }) => steps.length > 0)
  const episodes = whole.flatMap((each) => {
    const value = outcomeOf(each, outcome)
    return value === null ? [] : [{ steps: each.steps, outcome: value }]
  })
  return { episodes, unknown: whole.length - episodes.length }
}

function outcomeOf(trajectory: Trajectory, name: string): number | null {
  if (name !== RETURN) return signalValue(trajectory.rewards, name)
  const rewards = allKnown(stepValues(trajectory, 'env'))
  return rewards && sumOf(rewards)
}
