import type { JsonObject } from '../../../core/data/types.ts'
import type { Value } from '../engine/python-number.ts'
import type { Api } from './api.ts'
import { type GoldTurn, goldTurns } from './check.ts'
import type { BfclCall } from './execute.ts'
import { type Documents, functionsOf } from './functions.ts'
import type { Filler } from './long-context/index.ts'
import { fromStorage } from './python/storage.ts'
import { PyDict } from './python/value.ts'
import { type BfclWorld, loadWorld } from './world.ts'

/** What the user says in a turn, and what should be done about it. */
export interface UserTurn {
  readonly says: string
  /** Gold calls, in order; none where the agent cannot do what is asked, and should say so. */
  readonly calls: readonly BfclCall[]
  /** Functions that the agent is given with this turn. */
  readonly arrives: readonly string[]
}

/** BFCL's multi-turn categories. `miss_func` holds a function back for some turns, `miss_param` a detail. */
export const CATEGORIES = ['base', 'miss_func', 'miss_param', 'long_context'] as const
export type Category = (typeof CATEGORIES)[number]

/** A multi-turn entry: instances of some classes, and what a user wants of them turn by turn. */
export interface BfclTask {
  readonly id: string
  readonly category: Category
  readonly apis: readonly Api[]
  /** Scenarios by class. */
  readonly scenarios: Value
  /** Whether answers are filled up, as in the category `long_context`. */
  readonly isLong: boolean
  /** Functions that the agent is never given. */
  readonly excluded: readonly string[]
  readonly turns: readonly UserTurn[]
}

/** A task with what follows from it, computed when it is first played. */
export interface OpenTask {
  readonly task: BfclTask
  readonly world: BfclWorld
  readonly gold: readonly GoldTurn[]
}

/** @param filler of tasks whose answers are filled up */
export function openTask(task: BfclTask, filler: () => Filler): OpenTask {
  const scenarios = fromStorage(task.scenarios)
  const world = loadWorld(
    task.apis,
    scenarios instanceof PyDict ? scenarios : new PyDict(),
    task.isLong ? filler() : null,
  )
  return {
    task,
    world,
    gold: goldTurns(
      world,
      task.turns.map(({ calls }) => calls),
    ),
  }
}

/** Functions that the agent has in a turn, as OpenAI's function calling describes them. */
export function functionsAt(
  { apis, excluded, turns }: BfclTask,
  turn: number,
  documents: Documents,
): readonly JsonObject[] {
  const later = turns.slice(turn + 1).flatMap(({ arrives }) => arrives)
  const held = new Set([...excluded, ...later])
  return functionsOf(apis, documents)
    .filter(({ name }) => !held.has(name))
    .map(({ schema }) => schema)
}

/** Functions that arrive with a turn. */
export function functionsArriving(
  { apis, turns }: BfclTask,
  turn: number,
  documents: Documents,
): readonly JsonObject[] {
  const arriving = new Set(turns[turn]?.arrives ?? [])
  return functionsOf(apis, documents)
    .filter(({ name }) => arriving.has(name))
    .map(({ schema }) => schema)
}
