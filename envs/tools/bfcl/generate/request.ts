import { parseJson } from '../../../../core/data/json.ts'
import type { Rng } from '../../../../core/data/rng.ts'
import type { Changes } from '../../engine/database.ts'
import { type BfclCall, execute } from '../execute.ts'
import type { Py } from '../python/value.ts'
import type { BfclWorld } from '../world.ts'

/** Something that a user asks for in one turn. */
export interface Request {
  readonly says: string
  readonly calls: readonly BfclCall[]
  /** The same with a detail missing, and the detail, where one can be missing. */
  readonly vague?: { readonly says: string; readonly detail: string }
}

/** A world while requests are made up: what they would lead to has been done. */
export interface Situation {
  readonly rng: Rng
  /** What the class was loaded from. */
  readonly scenario: Arguments
  /** Answer of a call that changes nothing, as JSON. */
  look(name: string, args?: Arguments): unknown
}

export type Arguments = { readonly [name: string]: Py }

/** A request that the situation allows; null where it allows none of this kind. */
export type RequestKind = (situation: Situation) => Request | null

/** One class with a world to begin with, and what can be asked of it. */
export interface Topic {
  readonly api: string
  /** The scenario as plain values. */
  scenario(rng: Rng): Arguments
  /** What the user says first, so that the agent can do what is asked: tokens, names. */
  opening?(scenario: Arguments): string
  readonly kinds: readonly RequestKind[]
}

export const call = (name: string, args: Arguments = {}): BfclCall => ({
  name,
  positional: [],
  named: new Map(Object.entries(args)),
})

export function situationAt(rng: Rng, scenario: Arguments, world: BfclWorld, changes: Changes): Situation {
  return {
    rng,
    scenario,
    look(name, args) {
      const { text } = execute(world, changes, call(name, args))
      return parseJson(text)
    },
  }
}

/** A field of an answer that is a list of texts. */
export function textsAt(answer: unknown, field: string): readonly string[] {
  const value = fieldOf(answer, field)
  return Array.isArray(value) ? value.map(String) : []
}

export const fieldOf = (answer: unknown, field: string): unknown =>
  typeof answer === 'object' && answer !== null
    ? Object.entries(answer).find(([name]) => name === field)?.[1]
    : undefined
