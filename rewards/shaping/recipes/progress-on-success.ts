import type { Recipe } from '../recipe.ts'

export default {
  name: 'progress-on-success',
  version: 1,
  summary: 'success, and the progress of each step, paid only if the trajectory succeeds',
  terms: [
    { signal: 'success', weight: 1, aggregate: 'outcome' },
    { signal: 'progress', weight: 1, gate: { signal: 'success', atLeast: 1 } },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
