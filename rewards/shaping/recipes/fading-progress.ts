import type { Recipe } from '../recipe.ts'

export default {
  name: 'fading-progress',
  version: 1,
  summary: 'the reward of each step and its progress, whose weight falls to 0 over the first half of training',
  terms: [
    { signal: 'env', weight: 1 },
    { signal: 'progress', weight: 1, schedule: { kind: 'cosine', from: 1, to: 0, end: 0.5 } },
    { signal: 'env', weight: 1, aggregate: 'sum' },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
