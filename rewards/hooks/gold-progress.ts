import { defineRewardHook } from '../../core/reward/hook.ts'
import { callsLeft, callsOfStep, callsOfSteps, goldCallsOf } from '../tools/made.ts'

/**
 * The share of the gold calls that a step makes for the first time, exactly and in any order: over an episode that
 * makes them all it sums to 1, however long it is. Declines where the environment has no gold calls.
 */
export default defineRewardHook({
  name: 'gold-progress',
  version: 1,
  scope: 'turn',
  summary: 'share of the gold calls that the step makes for the first time',
  reward(step, { history, groundTruth }) {
    const gold = goldCallsOf(groundTruth())
    if (gold === null || gold.length === 0) return null
    const before = callsLeft(gold, callsOfSteps(history))
    return (before.length - callsLeft(before, callsOfStep(step) ?? []).length) / gold.length
  },
})
