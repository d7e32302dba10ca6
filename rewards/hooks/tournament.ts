import { defineRewardHook } from '../../core/reward/hook.ts'
import { TOPOLOGIES, tournament, tournamentAdvantages } from '../judging/tournament.ts'
import { amongKnown, choice, outcomesOf } from '../recorded.ts'

/**
 * Rank of a trajectory in a tournament of its group, from 0 to 1, by pairs that a signal of the trajectory decides:
 * ArenaRL's topologies (arXiv 2601.06487; Alibaba-NLP/qqr `qqr/reward_models/arena`). Ranks spread noisy or badly
 * scaled signals evenly. `value: 'advantage'` is in standard deviations, as its trainer uses it. Equal members of an
 * elimination have different ranks; a group of one has 0. Declines for members without the signal, which do not play.
 */
export default defineRewardHook({
  name: 'tournament',
  version: 1,
  scope: 'group',
  summary: 'rank of a trajectory in a tournament of its group, by a signal, as in ArenaRL',
  options: { signal: 'success', topology: 'round-robin', value: 'reward' },
  async reward({ trajectories }, { options: { signal, topology, value } }) {
    const form = choice('tournament', 'topology', topology, TOPOLOGIES)
    const isAdvantage = choice('tournament', 'value', value, ['reward', 'advantage']) === 'advantage'
    const outcomes = outcomesOf(trajectories, signal)
    const known = outcomes.filter((outcome) => outcome !== null)
    const rewards = await tournament(form, known.length, (a, b) => [known[a] ?? 0, known[b] ?? 0])
    const values = isAdvantage && known.length > 1 ? tournamentAdvantages(rewards) : rewards
    return { perTrajectory: amongKnown(outcomes, () => values) }
  },
})
