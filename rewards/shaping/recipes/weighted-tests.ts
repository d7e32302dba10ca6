import type { Recipe } from '../recipe.ts'

export default {
  name: 'weighted-tests',
  version: 1,
  summary: 'success, and the tests that pass by difficulty, unless the answers are written for the tests',
  terms: [
    { signal: 'success', weight: 1, aggregate: 'outcome' },
    {
      signal: 'test-difficulty',
      weight: 0.5,
      aggregate: 'outcome',
      gate: { signal: 'hard-coded-answers', atLeast: 0 },
    },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
