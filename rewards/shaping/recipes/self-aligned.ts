import type { Recipe } from '../recipe.ts'

/** The scripts of self-aligned rewards (arXiv 2509.05489): outcome plus 0.2 of the perplexity gap. */
export default {
  name: 'self-aligned',
  version: 1,
  summary: 'success plus a fifth of how much likelier its question makes a response',
  terms: [
    { signal: 'success', weight: 1, aggregate: 'outcome' },
    { signal: 'perplexity-gap', weight: 0.2, aggregate: 'outcome' },
  ],
  onNull: 'drop-trajectory',
} satisfies Recipe
