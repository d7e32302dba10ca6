import { GymError } from '../../core/data/errors.ts'
import type { Rng } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { ProcedureState } from './states.ts'

/** Every state of a procedure, from the one it begins with. */
export interface Run {
  readonly init: ProcedureState
  /** At least one; the last is the answer. */
  readonly states: readonly ProcedureState[]
}

/** A procedure that is followed step by step. Its data are plain JSON, under the names of ProcBench's. */
export interface Rule {
  readonly name: string
  /** What to do, and what a state is. */
  readonly says: string
  /** Draws data whose run has this many states, or about as many. */
  draw(rng: Rng, steps: number): JsonObject
  run(data: ProcedureData): Run
  /** The data as a question shows them. */
  ask(data: ProcedureData): string
}

/** Data of a problem, each field read as its kind. */
export class ProcedureData {
  readonly #fields: JsonObject

  constructor(fields: JsonObject) {
    this.#fields = fields
  }

  text(name: string): string {
    const value = this.#fields[name]
    return typeof value === 'string' ? value : this.#fail(name, 'a text')
  }

  number(name: string): number {
    const value = this.#fields[name]
    return typeof value === 'number' ? value : this.#fail(name, 'a number')
  }

  texts(name: string): readonly string[] {
    return this.#list(name).map(String)
  }

  numbers(name: string): readonly number[] {
    return this.#list(name).map(Number)
  }

  /** Lists in a list. */
  rows(name: string): readonly (readonly Json[])[] {
    return this.#list(name).map((row) => (Array.isArray(row) ? row : this.#fail(name, 'a list of lists')))
  }

  /** Fields of an object, in their order. */
  entries(name: string): readonly (readonly [string, Json])[] {
    const value = this.#fields[name]
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? Object.entries(value) : this.#fail(name, 'an object')
  }

  #list(name: string): readonly Json[] {
    const value = this.#fields[name]
    return Array.isArray(value) ? value : this.#fail(name, 'a list')
  }

  #fail(name: string, what: string): never {
    throw new GymError('ENV_INVALID', `${name} of a procedure is ${what}, not ${shown(this.#fields[name])}`)
  }
}

/** States that follow one another, each made of the one before and the next item. */
export function scan<State extends ProcedureState, Item>(
  init: State,
  items: readonly Item[],
  next: (state: State, item: Item) => State,
): Run {
  const states: State[] = []
  for (const item of items) states.push(next(states.at(-1) ?? init, item))
  return { init, states }
}

export const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** A random text of these characters. */
export const drawText = (rng: Rng, length: number, characters: string = LETTERS): string =>
  Array.from({ length }, () => rng.choice([...characters])).join('')

/** This many draws. */
export const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw)

export const tuples = (rows: readonly (readonly Json[])[]): string =>
  rows.map((row) => `(${row.join(', ')})`).join(', ')
