import { shown } from '../../core/data/shown.ts'
import { type Problem, problem } from '../../core/episode/action.ts'

export const DIRECTIONS = ['up', 'right', 'down', 'left'] as const

/** Colours of keys and doors. */
export const COLOURS = ['red', 'blue', 'green', 'yellow', 'white', 'purple', 'orange', 'black'] as const

/** Each changes nothing in any world. */
const GESTURES = ['wave', 'whistle', 'clap', 'sit down', 'look up', 'hum', 'bow', 'stretch'] as const

/** Everything that can be said in any world. */
const WORDS: readonly string[] = [
  ...DIRECTIONS,
  ...DIRECTIONS.map((direction) => `push ${direction}`),
  'take',
  'open',
  'forward',
  'back',
  ...COLOURS.map((colour) => `enter ${colour}`),
  'wait',
  ...GESTURES,
]

export const MOST_BRANCHING = GESTURES.length

/** Position of an action's words. */
export type ActionId = number

const ids: ReadonlyMap<string, ActionId> = new Map(WORDS.map((words, id) => [words, id]))
const idOf = (words: string): ActionId => ids.get(words) ?? -1

/** The first of four, in the order of `DIRECTIONS`. */
export const MOVE = idOf('up')
export const PUSH = idOf('push up')
export const TAKE = idOf('take')
export const OPEN = idOf('open')
export const FORWARD = idOf('forward')
export const BACK = idOf('back')
/** The first of eight, in the order of `COLOURS`. */
export const ENTER = idOf('enter red')
export const WAIT = idOf('wait')
const FIRST_GESTURE = idOf(GESTURES[0])

export const isGesture = (action: ActionId): boolean => action >= FIRST_GESTURE

/** A set of actions, a bit each: there are fewer than 31. */
export type ActionSet = number

export const only = (action: ActionId): ActionSet => 1 << action
export const includes = (actions: ActionSet, action: ActionId): boolean => (actions & (1 << action)) !== 0
export const gestures = (count: number): ActionSet => ((1 << count) - 1) << FIRST_GESTURE

export function idsIn(actions: ActionSet): readonly ActionId[] {
  const found: ActionId[] = []
  for (let rest = actions; rest !== 0; rest &= rest - 1) found.push(31 - Math.clz32(rest & -rest))
  return found
}

const lists = new Map<ActionSet, readonly string[]>()

/** The words of a set; the same list for the same set. */
export function wordsOf(actions: ActionSet): readonly string[] {
  const known = lists.get(actions)
  if (known) return known
  const words = Object.freeze(idsIn(actions).map((action) => WORDS[action] ?? ''))
  lists.set(actions, words)
  return words
}

/** Reads words in any case, with blanks around. */
export function parseGridAction(text: string): ActionId | Problem {
  const words = text.trim().toLowerCase()
  return ids.get(words) ?? problem(`${shown(words, 40)} is nothing that can be done here`)
}
