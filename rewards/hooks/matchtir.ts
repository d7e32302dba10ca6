import { GymError } from '../../core/data/errors.ts'
import { AMOUNT_RANGE } from '../../core/data/options.ts'
import type { Step } from '../../core/data/types.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { optimalAssignment } from '../tools/assignment.ts'
import type { ToolCall } from '../tools/call.ts'
import { callsOfStep, goldCallsOf } from '../tools/made.ts'
import { assignmentRewards, greedyAssignment, similarityMatrix, transportRewards } from '../tools/match.ts'

/**
 * MatchTIR's turn rewards: the calls of a whole trajectory are matched with the gold calls, and a step has the mean
 * likeness of its calls to theirs, 0 to 1 (reference: MatchTIR, `verl/utils/reward_score/tool.py`). A call without a
 * match has `unmatched`.
 *
 * `assignment: 'greedy'` is the reference's, likest pairs first, although it is called Hungarian there; `'optimal'`
 * makes the sum greatest; `'transport'` is its soft form (Sinkhorn), about 1/calls at most. Declines for steps without
 * calls (the reference scores its answer turn by the F1 of the answer) and where there are no gold calls.
 */
export default defineRewardHook({
  name: 'matchtir',
  version: 1,
  scope: 'group',
  summary: "likeness of a step's calls to the gold calls that they are matched with, as in MatchTIR",
  options: { assignment: 'greedy', unmatched: 0 },
  ranges: { unmatched: AMOUNT_RANGE },
  reward({ trajectories }, { groundTruth, options: { assignment, unmatched } }) {
    expectAssignment(assignment)
    const gold = goldCallsOf(groundTruth()) ?? []
    return { perStep: trajectories.map(({ steps }) => turnRewards(steps, gold, assignment, unmatched)) }
  },
})

function turnRewards(
  steps: readonly Step[],
  gold: readonly ToolCall[],
  assignment: string,
  unmatched: number,
): readonly (number | null)[] {
  const calls = steps.map((step) => callsOfStep(step) ?? [])
  const rewards = gold.length === 0 ? [] : rewardsOf(similarityMatrix(calls.flat(), gold), assignment, unmatched)
  let from = 0
  return calls.map(({ length }) => {
    const own = rewards.slice(from, from + length)
    from += length
    return own.length === 0 ? null : own.reduce((sum, value) => sum + value, 0) / own.length
  })
}

function rewardsOf(similarity: readonly (readonly number[])[], assignment: string, unmatched: number) {
  if (assignment === 'transport') return transportRewards(similarity)
  const assign = assignment === 'optimal' ? optimalAssignment : greedyAssignment
  return assignmentRewards(similarity, unmatched, assign)
}

function expectAssignment(assignment: string): void {
  if (['greedy', 'optimal', 'transport'].includes(assignment)) return
  throw new GymError(
    'CONFIG_INVALID',
    `reward hook matchtir: assignment is greedy, optimal or transport, not ${assignment}`,
  )
}
