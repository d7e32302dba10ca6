import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * One of the environment's grades of the final state, as it is. Declines where the environment gives no such grade.
 * For several grades give each copy a name: `{ ...withOptions(finalGrade, { grade: 'typeScore' }), name: 'type-score' }`.
 */
export default defineRewardHook({
  name: 'final-grade',
  version: 1,
  scope: 'outcome',
  summary: "one of the environment's grades of the final state",
  options: { grade: 'progress' },
  reward: (_, { grades, options: { grade } }) => grades()[grade] ?? null,
})
