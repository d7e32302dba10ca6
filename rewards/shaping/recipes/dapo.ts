import type { Recipe } from '../recipe.ts'

/**
 * DAPO (arXiv 2503.14476): success and the penalty for tokens near the limit, in groups whose outcomes differ. The
 * reference filters by the outcome alone, too.
 */
export default {
  name: 'dapo',
  version: 1,
  summary: 'success and the penalty for overlong responses, in groups whose outcomes differ, as in DAPO',
  terms: [
    { signal: 'success', weight: 1, aggregate: 'outcome' },
    { signal: 'overlong-penalty', weight: 1, aggregate: 'outcome' },
  ],
  filter: { kind: 'spread', outcome: 'success' },
  onNull: 'drop-trajectory',
} satisfies Recipe
