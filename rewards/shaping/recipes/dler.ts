import type { Recipe } from '../recipe.ts'

/**
 * DLER (arXiv 2510.15110; NVlabs/DLER): an outcome counts a tenth where the last action or the episode was cut, and groups
 * are filtered by the outcome before that penalty. Its advantages are those of reinforce-plus-plus-baseline: the
 * group's mean comes off, and the rest is whitened over the batch.
 */
export default {
  name: 'dler',
  version: 1,
  summary: 'an outcome that counts a tenth where it was cut, in groups whose outcomes differ, as in DLER',
  terms: [{ signal: 'truncation-penalty', weight: 1, aggregate: 'outcome' }],
  filter: { kind: 'spread', outcome: 'success' },
  onNull: 'drop-trajectory',
} satisfies Recipe
