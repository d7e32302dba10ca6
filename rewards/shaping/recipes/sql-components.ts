import type { Recipe } from '../recipe.ts'

export default {
  name: 'sql-components',
  version: 1,
  summary: 'a query of SQL by parts: three for its answer, one each for running, schema linking and bigrams',
  terms: [
    { signal: 'success', weight: 3, aggregate: 'outcome' },
    { signal: 'sql-syntax', weight: 1, aggregate: 'outcome' },
    { signal: 'sql-schema-linking', weight: 1, aggregate: 'outcome' },
    { signal: 'sql-ngrams', weight: 1, aggregate: 'outcome' },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
