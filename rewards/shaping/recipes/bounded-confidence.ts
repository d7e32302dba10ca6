import type { Recipe } from '../recipe.ts'

export default {
  name: 'bounded-confidence',
  version: 1,
  summary: 'success plus clipped differences of confidence between steps, so that length earns nothing',
  terms: [
    { signal: 'success', weight: 1, aggregate: 'outcome' },
    { signal: 'confidence', weight: 0.1, transforms: [{ kind: 'clip', low: -1, high: 0 }, { kind: 'delta' }] },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
