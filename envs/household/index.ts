import type { Json } from '../../core/data/types.ts'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { TaskList } from '../../core/episode/tasks.ts'
import { expertCommand } from './expert/act.ts'
import { shortestPlan } from './expert/plan.ts'
import { Houses, SPLITS, type Split, splitSizes } from './generate/houses.ts'
import { DEFAULT_OPTIONS, houseSettings, RANGES } from './options.ts'
import { admissibleCommands } from './rules/admissible.ts'
import { goalConditions } from './rules/goal.ts'
import { startState, takeAction } from './session/step.ts'
import { observationOf, promptOf, situationOf } from './session/views.ts'
import { startWorld } from './state.ts'

/**
 * ALFWorld (Shridhar et al., "ALFWorld: Aligning Text and Embodied Environments for Interactive Learning", 2021), its
 * text engine: find an object in a house, heat, cool or clean it, put it where the task says. The houses are generated
 * by a seed. Profile `reference` answers as ALFWorld does; `default` fixes what `rules/take-command.ts` lists.
 */
export default defineEnvironment({
  id: 'household@1',
  summary: 'find things in a house, heat, cool or clean them and put them away, by the rules of ALFWorld',
  maxSteps: 50,
  options: DEFAULT_OPTIONS,
  ranges: RANGES,
  action: textAction((text) => text, 'a command such as: go to fridge 1; with protocol verl-agent, a whole output'),
  resources: ({ options }) => new Houses(houseSettings(options)),
  limit: ({ resources }) => resources.settings.steps,
  tasks: ({ resources }) => Object.fromEntries(SPLITS.map((split) => [split, tasksOf(resources, split)])),
  reset: ({ task, resources }) => startState(task.private.house, resources.at(task.private.house)),
  step: (state, action, { resources }) => takeAction(resources.at(state.house), state, action, resources.settings),
  invalid: (state, message) => ({ ...state, said: message }),
  observe: {
    text: (state, { resources: { settings }, resources }) =>
      settings.protocol === 'verl-agent'
        ? promptOf(resources.at(state.house), state, settings)
        : observationOf(resources.at(state.house), state, settings),
  },
  anchors: {
    /** The observation without a prompt around it: verl-agent's anchor. */
    observation: (state, { resources }) => observationOf(resources.at(state.house), state, resources.settings),
    /** What an agent could see from here, whatever it did last. */
    situation: (state, { resources }) => situationOf(resources.at(state.house), state),
  },
  actions: (state, { resources: { settings }, resources }) =>
    settings.protocol === 'verl-agent' ? null : admissibleCommands(resources.at(state.house), state, settings.wording),
  examples: ['look', 'inventory'],
  grades: (state, { resources }) => {
    const { met, total } = goalConditions(resources.at(state.house), state)
    return { progress: met / total, success: Number(met === total) }
  },
  groundTruth: (task, { resources }): Json => {
    const house = resources.at(task.private.house)
    return { commands: shortestPlan(house, startWorld(house), resources.settings.wording) }
  },
  expert(state, { resources: { settings }, resources, rng, noise }): Json {
    const command = expertCommand(resources.at(state.house), state, settings.wording, rng, noise)
    return settings.protocol === 'verl-agent'
      ? `<think>It is the next step.</think><action>${command}</action>`
      : command
  },
})

interface HouseTask {
  readonly id: string
  readonly public: { readonly task: string; readonly family: string }
  readonly private: { readonly house: number }
}

/** Drawn on demand. Ids name the split and the position in it. */
function tasksOf(houses: Houses, split: Split): TaskList<HouseTask> {
  const length = splitSizes(houses.settings)[split]
  const taskAt = (index: number): HouseTask => {
    const house = houses.firstOf[split] + index
    const { text, goal } = houses.at(house)
    return { id: `${split}-${index}`, public: { task: text, family: goal.family }, private: { house } }
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
