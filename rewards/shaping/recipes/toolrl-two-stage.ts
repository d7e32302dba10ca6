import type { Recipe, Term } from '../recipe.ts'
import type { Schedule } from '../schedule.ts'

/** One factor up to a fifth of training, another from there on. */
const inTwoStages = (first: number, second: number): Schedule => ({
  kind: 'step',
  stages: [
    { at: 0, factor: first },
    { at: 0.2, factor: second },
  ],
})

const STEP: readonly Term[] = [
  { signal: 'toolrl-format', weight: 1, schedule: inTwoStages(1, 0.5) },
  { signal: 'toolrl-calls', weight: 1, schedule: inTwoStages(1 / 3, 1) },
]

/** ToolRL's switch MAX1STEP30MAX3 over 150 steps, which are the whole progress here (reference: `rlla.py`). */
export default {
  name: 'toolrl-two-stage',
  version: 1,
  summary: "ToolRL's two stages: form first, then calls, from a fifth of training on",
  terms: [...STEP, ...STEP.map((term): Term => ({ ...term, aggregate: 'mean' }))],
  onNull: 'drop-trajectory',
} satisfies Recipe
