import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * One of the environment's grades of the state after a step, as it is: the reward of a turn where the environment
 * judges turns, for estimators that take rewards by turn (`mt-grpo`). Declines where the environment gives no such
 * grade, as in a step that ends no turn.
 */
export default defineRewardHook({
  name: 'turn',
  version: 1,
  scope: 'turn',
  summary: "one of the environment's grades of the state after the step",
  options: { grade: 'turn' },
  reward: (_, { grades, options: { grade } }) => grades()[grade] ?? null,
})
