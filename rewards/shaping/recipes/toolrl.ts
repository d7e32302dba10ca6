import type { Recipe, Term } from '../recipe.ts'

const STEP: readonly Term[] = [
  { signal: 'toolrl-format', weight: 1 },
  { signal: 'toolrl-calls', weight: 1 },
]

export default {
  name: 'toolrl',
  version: 1,
  summary: 'the form of each action and its calls against gold calls, as in ToolRL',
  terms: [...STEP, ...STEP.map((term): Term => ({ ...term, aggregate: 'mean' }))],
  onNull: 'drop-trajectory',
} satisfies Recipe
