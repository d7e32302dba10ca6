import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { parseGridAction, wordsOf } from './actions.ts'
import { Levels, SPLITS } from './levels.ts'
import { DEFAULT_OPTIONS, gridSettings, RANGES } from './options.ts'
import { startState, viewKeyOf } from './state.ts'
import { admissible, takeAction } from './take-action.ts'
import { svgView } from './views/svg.ts'
import { goalOf, textView } from './views/text.ts'

/**
 * Small worlds whose states can be listed, so that values are exact: every task is solvable, every draw is discrete,
 * and knobs turn one difficulty each.
 */
export default defineEnvironment({
  id: 'grid@1',
  summary: 'small worlds with few enough states to be solved exactly: key and door, corridor, Sokoban, slippery grid',
  maxSteps: 40,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: textAction(parseGridAction, 'one of the listed actions, such as up, push left, take or wait'),
  resources: ({ options }) => new Levels(gridSettings(options)),
  limit: ({ resources }) => resources.settings.horizon,
  tasks: ({ resources }) =>
    Object.fromEntries(Object.entries(SPLITS).map(([split, range]) => [split, tasksOf(resources, split, range)])),
  reset: ({ task, resources }) => startState(task.private.level, resources.at(task.private.level).start),
  step: (state, action, { rng, resources }) =>
    takeAction(resources.at(state.level), state, action, rng, resources.settings),
  invalid: (state) => ({ ...state, isIdle: true }),
  observe: {
    text: (state, { resources }) => textView(resources.at(state.level), state, resources.settings),
    svg: (state, { resources }) => svgView(resources.at(state.level), state, resources.settings),
  },
  /** What follows is the same whether or not the last action did something. */
  anchors: {
    place: (state, { resources }) =>
      textView(resources.at(state.level), { ...state, isIdle: false }, resources.settings),
  },
  viewKey: viewKeyOf,
  actions: (state, { resources }) => wordsOf(admissible(resources.at(state.level), state, resources.settings)),
  grades: (state, { resources }) => {
    const level = resources.at(state.level)
    return { progress: level.reached(state) / level.subGoals }
  },
})

interface GridTask {
  readonly id: string
  readonly public: { readonly goal: string }
  readonly private: { readonly level: number }
}

/** Drawn on demand. Ids name the world, the split and the position in it. */
function tasksOf(
  levels: Levels,
  split: string,
  { first, length }: { first: number; length: number },
): TaskList<GridTask> {
  const prefix = `${levels.settings.world}-${split}-`
  const taskAt = (index: number): GridTask => ({
    id: `${prefix}${index}`,
    public: { goal: goalOf(levels.at(first + index), levels.settings) },
    private: { level: first + index },
  })
  return {
    length,
    at: (index) => (index < length ? taskAt(index) : undefined),
    indexOfId(id) {
      const index = Number(id.slice(prefix.length))
      return index < length && id === `${prefix}${index}` ? index : -1
    },
  }
}
