import { defineRewardHook } from '../../core/reward/hook.ts'
import { signalValue } from '../signals.ts'

/**
 * An outcome of a trajectory minus the mean of it over the other members of its group (the leave-one-out baseline of
 * Kool, van Hoof and Welling, 2019). Members without that outcome are left out of every mean. Declines for them, and
 * where no other member has one, as in a group of one.
 */
export default defineRewardHook({
  name: 'above-others',
  version: 1,
  scope: 'group',
  summary: "an outcome minus its mean over the group's other members",
  options: { signal: 'success' },
  reward({ trajectories }, { options: { signal } }) {
    const outcomes = trajectories.map(({ rewards }) => signalValue(rewards, signal))
    const known = outcomes.filter((outcome) => outcome !== null)
    const sum = known.reduce((total, outcome) => total + outcome, 0)
    const above = (outcome: number): number => outcome - (sum - outcome) / (known.length - 1)
    return { perTrajectory: outcomes.map((own) => (own === null || known.length < 2 ? null : above(own))) }
  },
})
