import type { Recipe } from '../recipe.ts'

export default {
  name: 'toolrl',
  version: 1,
  summary: 'the form of each action and its calls against gold calls, as in ToolRL',
  terms: [
    { signal: 'toolrl-format', weight: 1 },
    { signal: 'toolrl-calls', weight: 1 },
  ],
  onNull: 'drop-row',
} satisfies Recipe
