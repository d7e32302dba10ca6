import { canonicalJson, hashOf } from '../../core/data/hash.ts'
import type { Json } from '../../core/data/types.ts'
import { dialogueChoices } from './dialogue/choices.ts'
import type { Dialogue } from './dialogue/conversation.ts'
import { type ToolSchema, toolsOf } from './dialogue/schemas.ts'
import { choiceFeatures } from './features.ts'
import type { FeatureRows } from './packed.ts'

/** Actions of a state with their features. */
export interface Choices {
  readonly actions: readonly Json[]
  readonly rows: FeatureRows
}

/**
 * Reads the choices of states, and remembers them: features are a function of the state alone, so that members of a
 * group, a policy and the one that it becomes share them.
 */
export interface ChoiceReader {
  /** Features are numbers from 0 to below it. */
  readonly count: number
  /** Choices among the actions that an environment lists. */
  listed(observation: string, actions: readonly Json[]): Choices
  /** Choices that are made of what was seen in a conversation, where the environment lists none. */
  made(observation: string, dialogue: Dialogue): Choices
}

/** Features that a reader remembers, 4 bytes each; then it forgets all states. */
const MOST_SLOTS = 2 ** 24
const MOST_STATES = 20_000

/**
 * Reader of choices.
 * @param count Features are numbers from 0 to below it.
 * @param mostStates States that it remembers; then it forgets all of them, which changes no result.
 */
export function choiceReader(count: number, mostStates = MOST_STATES): ChoiceReader {
  const known = new Map<string, Choices>()
  const numbers = new WeakMap<readonly ToolSchema[], number>()
  let [slots, toolSets] = [0, 0]
  const numberOf = (tools: readonly ToolSchema[]): number => {
    const number = numbers.get(tools) ?? toolSets++
    numbers.set(tools, number)
    return number
  }
  const remembered = (key: string, choices: Choices): Choices => {
    slots += choices.rows.slots.length
    if (slots > MOST_SLOTS || known.size >= mostStates) {
      known.clear()
      slots = choices.rows.slots.length
    }
    known.set(key, choices)
    return choices
  }
  return {
    count,
    listed(observation, actions) {
      const before = known.get(observation)
      if (before && areSame(before.actions, actions)) return before
      return remembered(observation, { actions, rows: choiceFeatures({ observation, actions }, count) })
    },
    made(observation, dialogue) {
      const turns = dialogue.history.map((turn) => [turn.observation, turn.action])
      const key = hashOf([numberOf(toolsOf(dialogue.task)), turns, observation])
      return known.get(key) ?? remembered(key, dialogueChoices(dialogue, observation, count))
    },
  }
}

function areSame(known: readonly Json[], actions: readonly Json[]): boolean {
  if (known === actions) return true
  if (known.length !== actions.length) return false
  return known.every((action, at) => action === actions[at] || canonicalJson(action) === canonicalJson(actions[at]))
}
