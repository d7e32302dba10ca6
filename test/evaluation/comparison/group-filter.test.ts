import { beforeAll, describe, expect, it } from 'vitest'
import { initialPolicyWeights, policyNetwork, stateScorer } from '../../../agents/policy.ts'
import { batchOfGroups } from '../../../core/batch/index.ts'
import type { Group, Reward } from '../../../core/data/types.ts'
import { successShareWithin, withinShare } from '../../../evaluation/comparison/group-filter.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import type { AdvantageContext } from '../../../training/advantages.ts'
import { playedGroups } from './samples.ts'

/** The outcome of each member of a group, as the hook `success` leaves it. */
const judged = (group: Group, outcomes: readonly (number | null)[]): Group => ({
  ...group,
  trajectories: group.trajectories.map((trajectory, at) => ({
    ...trajectory,
    rewards: [rewardOf(outcomes[at] ?? null)],
  })),
})

function rewardOf(value: number | null): Reward {
  const signal = { name: 'success', version: 1, latencyMs: 0 }
  return value === null ? { ...signal, value, reason: 'threw' } : { ...signal, value }
}

let played: readonly Group[]
beforeAll(async () => {
  played = await playedGroups([0, 1, 2], 4)
})

const contextOf = (groups: readonly Group[]): AdvantageContext => ({
  groups,
  batch: batchOfGroups(groups),
  scorer: stateScorer(policyNetwork(initialPolicyWeights({ features: 64, hidden: 4 }, 1))),
  iteration: 1,
})

const rowCountOf = (groups: readonly Group[]): number => batchOfGroups(groups).rowCount

describe('a filter of groups by their share of successes', () => {
  it('keeps both bounds, and no group that was not judged', () => {
    const [group] = played
    if (!group) throw new Error('there are three')
    const within = (outcomes: readonly (number | null)[]) => successShareWithin(judged(group, outcomes), [0.25, 0.75])
    expect([within([1, 0, 0, 0]), within([1, 1, 1, 0])]).toEqual([true, true])
    expect([within([0, 0, 0, 0]), within([1, 1, 1, 1]), within([null, null, null, null])]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('gives the rows of the groups within bounds what they have without the others, which have nothing', async () => {
    const outcomes = [
      [1, 1, 1, 1],
      [1, 0, 0, 1],
      [0, 0, 0, 0],
    ]
    const groups = played.map((group, at) => judged(group, outcomes[at] ?? []))
    const context = contextOf(groups)
    const options = { episode: 'success' }
    const { advantages, mask } = await withinShare({ estimator: rloo, options }, [0.2, 0.8])(context)
    const alone = rloo.compute(batchOfGroups(groups.slice(1, 2)), options)
    const [before, own] = [rowCountOf(groups.slice(0, 1)), rowCountOf(groups.slice(1, 2))]
    expect([...advantages.subarray(before, before + own)]).toEqual([...alone.advantages])
    expect(alone.advantages.some((value) => value !== 0)).toBe(true)
    expect(mask.reduce((sum, used) => sum + used, 0)).toBe(own)
    expect(mask.subarray(before, before + own).every((used) => used === 1)).toBe(true)
  })

  it('leaves nothing to learn from where no group is within bounds', async () => {
    const context = contextOf(played.map((group) => judged(group, [0, 0, 0, 0])))
    const { mask } = await withinShare({ estimator: rloo }, [0.2, 0.8])(context)
    expect([...mask]).toEqual(Array.from({ length: context.batch.rowCount }, () => 0))
  })

  it('fails where the estimator lacks a signal, as training without the filter does', async () => {
    const context = contextOf(played.map((group) => judged(group, [1, 0, 0, 0])))
    const source = { estimator: rloo, options: { episode: 'nothing' } }
    await expect(withinShare(source, [0.2, 0.8])(context)).rejects.toThrow(
      expect.objectContaining({ code: 'SIGNAL_MISSING' }),
    )
  })
})
