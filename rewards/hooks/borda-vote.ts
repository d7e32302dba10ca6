import type { Trajectory } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { ANSWER_PLACES, finalAnswer } from '../answers/extract.ts'
import { bordaWinner, type VotedAnswer } from '../answers/votes.ts'
import { meanOf } from '../numbers.ts'
import { allKnown, amongKnown, choice, stepValues } from '../recorded.ts'

/**
 * 1 for the answer that wins a vote of the group, 0 for another: a label without a ground truth. The r-th surest of N
 * members has (N - r + 1)^power votes (Borda vote of self-certainty, arXiv 2502.18581; backprop07/Self-Certainty
 * `voting_from_list.py`); how sure a member is, is the mean of `signal` over its steps. A truncated member takes a rank
 * and has no vote. Declines for members without the signal or an answer, and where no answer is finished.
 */
export default defineRewardHook({
  name: 'borda-vote',
  version: 1,
  scope: 'group',
  summary: '1 for the answer that the group elects, votes weighted by the rank of confidence',
  options: { signal: 'confidence', power: 0.5, answer: 'auto', tag: 'answer' },
  ranges: { power: [0, 100] },
  reward({ trajectories }, { options: { signal, power, answer, tag } }) {
    const place = choice('borda-vote', 'answer', answer, ANSWER_PLACES)
    const voters = trajectories.map((each): VotedAnswer | null => {
      const confidence = meanConfidence(each, signal)
      const isFinished = each.ending === 'terminated'
      return confidence === null
        ? null
        : { answer: isFinished ? finalAnswer(each.steps, place, tag) : null, confidence }
    })
    return {
      perTrajectory: amongKnown(voters, (known) => {
        const winner = bordaWinner(known, power)
        const elected = known[winner?.index ?? -1]?.answer ?? null
        return known.map((each) => (elected === null || each.answer === null ? null : Number(each.answer === elected)))
      }),
    }
  },
})

function meanConfidence(trajectory: Trajectory, signal: string): number | null {
  const values = allKnown(stepValues(trajectory, signal))
  return values === null || values.length === 0 ? null : meanOf(values)
}
