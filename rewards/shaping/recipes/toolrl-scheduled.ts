import type { Recipe, Term } from '../recipe.ts'

const STEP: readonly Term[] = [
  { signal: 'toolrl-format', weight: 1, schedule: { kind: 'linear', from: 2, to: 1 } },
  {
    signal: 'toolrl-format',
    weight: 1,
    transforms: [{ kind: 'ceiling', at: 1 }],
    schedule: { kind: 'linear', from: 2, to: 1, end: 0.5 },
  },
  { signal: 'toolrl-calls', weight: 1, schedule: { kind: 'linear', from: 2 / 3, to: 1 } },
]

/**
 * ToolRL's switch SCHEDULEREWARD over 150 steps, which are the whole progress here: the right form has 2 falling to 1, a
 * wrong one -2 rising to -1 at half time, calls from 2 to 3 either way (reference: `rlla.py: compute_score`).
 */
export default {
  name: 'toolrl-scheduled',
  version: 1,
  summary: "ToolRL's schedule: the weight of form falls, that of calls rises over training",
  terms: [...STEP, ...STEP.map((term): Term => ({ ...term, aggregate: 'mean' }))],
  onNull: 'drop-trajectory',
} satisfies Recipe
