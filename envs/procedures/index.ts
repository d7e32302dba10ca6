import type { Json } from '../../core/data/types.ts'
import { problem, textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { DEFAULT_OPTIONS, procedureSettings, RANGES } from './options.ts'
import { Problems, SPLITS, type Split, splitSizes } from './problems.ts'
import { expertAction, follow, gradesOf, observationOf, startState, stateText } from './session.ts'

/**
 * Procedures of ProcBench (Fujisawa et al., "ProcBench: Benchmark for Multi-Step Reasoning and Following Procedure",
 * 2024), and nested arithmetic, that an agent follows step by step. Every state is known, so that every step can be
 * judged.
 */
export default defineEnvironment({
  id: 'procedures@1',
  summary: 'follow a procedure step by step and state what results: 24 procedures, every state known',
  maxSteps: 40,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: textAction(
    (text) => (text.trim() === '' ? problem('Your answer was empty.') : text),
    'the result of the next step; a list as JSON',
  ),
  resources: ({ options }) => new Problems(procedureSettings(options)),
  tasks: ({ resources }) => Object.fromEntries(SPLITS.map((split) => [split, tasksOf(resources, split)])),
  reset: ({ task }) => startState(task.private.problem),
  step: (state, action, { rng, resources }) =>
    follow(state, action, resources.at(state.problem), resources.settings, rng),
  invalid: (state, said) => ({ ...state, said }),
  observe: { text: (state, { resources }) => observationOf(state, resources.at(state.problem)) },
  examples: ['abc', '["a", "b"]'],
  grades: (state, { resources }) => gradesOf(state, resources.at(state.problem)),
  groundTruth: (task, { resources }): Json => ({ states: resources.at(task.private.problem).states.map(stateText) }),
  expert: (state, { resources, rng, noise }): Json => expertAction(state, resources.at(state.problem), rng, noise),
})

interface ProcedureTask {
  readonly id: string
  readonly public: { readonly rule: string }
  readonly private: { readonly problem: number }
}

/** Drawn on demand. Ids name the split and the position in it. */
function tasksOf(problems: Problems, split: Split): TaskList<ProcedureTask> {
  const length = splitSizes(problems.settings)[split]
  const taskAt = (index: number): ProcedureTask => {
    const number = problems.firstOf[split] + index
    return { id: `${split}-${index}`, public: { rule: problems.at(number).rule }, private: { problem: number } }
  }
  return {
    length,
    at: (index) => (index < length ? taskAt(index) : undefined),
    indexOfId(id) {
      const index = Number(id.slice(split.length + 1))
      return index < length && id === `${split}-${index}` ? index : -1
    },
  }
}
