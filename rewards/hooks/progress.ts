import { AMOUNT_RANGE } from '../../core/data/options.ts'
import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * How far a step brought one of the environment's grades g: `gamma * g(after) - g(before)`. Declines where the
 * environment does not grade both states.
 *
 * It is the raw difference, also at the last step. Shaping that leaves optimal policies as they are (Ng, Harada and
 * Russell, ICML 1999) also needs a final grade of 0.
 */
export default defineRewardHook({
  name: 'progress',
  version: 1,
  scope: 'turn',
  summary: "by how much the step raised one of the environment's grades",
  options: { grade: 'progress', gamma: 1 },
  ranges: { gamma: AMOUNT_RANGE },
  reward(_, { grades, gradesBefore, options: { grade, gamma } }) {
    const before = gradesBefore()[grade] ?? null
    const after = grades()[grade] ?? null
    return before === null || after === null ? null : gamma * after - before
  },
})
