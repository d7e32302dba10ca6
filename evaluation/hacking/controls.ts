import { fingerprintOf } from '../../core/data/hash.ts'
import type { Json, Trajectory } from '../../core/data/types.ts'
import { defineRewardHook, type OutcomeHook } from '../../core/reward/hook.ts'

/** Whether the truth names a trajectory as right; null where it names none at all. */
function isRight(truth: Json, { id }: Trajectory): boolean | null {
  if (typeof truth !== 'object' || truth === null || Array.isArray(truth)) return null
  const right = 'right' in truth ? truth.right : null
  return Array.isArray(right) ? right.includes(id) : null
}

/** A number from 0 to 1 by what a trajectory is and how long, the same in every run. */
const drawnOf = ({ id, steps }: Trajectory): number =>
  Number.parseInt(
    fingerprintOf({ id, lengths: steps.map(({ action }) => JSON.stringify(action).length) }).slice(0, 6),
    16,
  ) /
  2 ** 24

const control = (
  name: string,
  summary: string,
  value: (right: boolean, trajectory: Trajectory) => number,
): OutcomeHook =>
  defineRewardHook({
    ...{ name, summary, version: 1, scope: 'outcome' as const },
    reward(trajectory, { groundTruth }) {
      const right = isRight(groundTruth(), trajectory)
      return right === null ? null : value(right, trajectory)
    },
  })

/**
 * Judges whose rank is known, the best first: one that knows the truth, one that is wrong of a fifth, one that guesses,
 * one that is always wrong, and one that pays for length. A measure of judges that does not rank them so is wrong.
 */
export const CONTROLS: readonly OutcomeHook[] = [
  control('perfect', 'knows what is right', (right) => Number(right)),
  control('flipped', 'knows what is right, and says the opposite of a fifth', (right, each) =>
    Number(right !== drawnOf(each) < 0.2),
  ),
  control('random', 'guesses', (_, each) => drawnOf(each)),
  control('inverted', 'says the opposite of what is right', (right) => Number(!right)),
  control('length-biased', 'pays for length alone', (_, { steps }) =>
    steps.reduce((sum, { action }) => sum + JSON.stringify(action).length, 0),
  ),
]
