import type { Recipe } from '../recipe.ts'

export default {
  name: 'outcome-only',
  version: 1,
  summary: 'success, and nothing for single steps',
  terms: [{ signal: 'success', weight: 1, aggregate: 'outcome' }],
  onNull: 'drop-trajectory',
} satisfies Recipe
