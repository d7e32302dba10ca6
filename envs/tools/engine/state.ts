import { fingerprintOf } from '../../../core/data/hash.ts'
import type { Json } from '../../../core/data/types.ts'
import { type Changes, type Database, NO_CHANGES, type Row } from './database.ts'
import { startUser, type UserState } from './user.ts'

/** One thing that the agent is shown. */
export interface Message {
  /** `user`, the name of a tool, or `system` for what could not be read. */
  readonly from: string
  readonly text: string
}

/** An episode: what differs from the shared database, and what has been said. */
export interface ToolsState {
  readonly changes: Changes
  /** What the agent has said to the user, in order. */
  readonly said: readonly string[]
  readonly user: UserState
  /** Results of the last step. */
  readonly shown: readonly Message[]
  /** Tools called since the last one that changed the database, without repeats, sorted. */
  readonly sinceWrite: readonly string[]
  readonly isOver: boolean
}

export const startState = (opening: string, user: UserState = startUser()): ToolsState => ({
  changes: NO_CHANGES,
  said: [],
  user,
  shown: [{ from: 'user', text: opening }],
  sinceWrite: [],
  isOver: false,
})

/** Observation: each result under the name of its source. */
export const textOf = ({ shown }: ToolsState): string => shown.map(({ from, text }) => `[${from}]\n${text}`).join('\n')

/**
 * Anchor of what the task is about: the difference of the database, the facts that the user revealed, and the tools
 * called since the last write. The wording of messages does not count.
 */
export function progressOf({ changes, user, sinceWrite }: ToolsState, base: Database): string {
  const facts: Json = {
    revealed: user.revealed,
    hasChangedMind: user.hasChangedMind,
    replies: user.replies?.length ?? 0,
  }
  return JSON.stringify([differenceOf(base, changes), facts, sinceWrite])
}

/** Fingerprint of the rows that differ in more than the order of their fields; `-` where none does. */
function differenceOf(base: Database, changes: Changes): string {
  const different = Object.entries(changes).map(([table, rows]) => {
    const own = Object.entries(rows).filter(([key, row]) => !hasSameFields(base.tables.get(table)?.get(key), row))
    return [table, Object.fromEntries(own)] as const
  })
  const found = different.filter(([, rows]) => Object.keys(rows).length > 0)
  return found.length === 0 ? '-' : fingerprintOf(Object.fromEntries(found))
}

const hasSameFields = (before: Row | undefined, after: Row): boolean =>
  before !== undefined && fingerprintOf(before) === fingerprintOf(after)
