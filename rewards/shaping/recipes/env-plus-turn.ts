import type { Recipe } from '../recipe.ts'

export default {
  name: 'env-plus-turn',
  version: 1,
  summary: "the environment's own reward and the format signal, a step and in sum",
  terms: [
    { signal: 'env', weight: 1 },
    { signal: 'format', weight: 1 },
    { signal: 'env', weight: 1, aggregate: 'sum' },
    { signal: 'format', weight: 1, aggregate: 'sum' },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
