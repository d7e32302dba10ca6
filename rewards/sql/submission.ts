import type { Json, JsonObject, Step } from '../../core/data/types.ts'

/** Answers of a task of SQL: the reference query, and the names of its tables and columns. */
export interface SqlTruth {
  readonly sql: string
  readonly names: readonly string[]
}

/** The answers that an environment gives; null where they are not of SQL. */
export function sqlTruth(truth: Json): SqlTruth | null {
  if (!isObject(truth) || typeof truth.sql !== 'string' || !Array.isArray(truth.names)) return null
  return { sql: truth.sql, names: truth.names.filter((name): name is string => typeof name === 'string') }
}

/** A query that was submitted. */
export interface Submission {
  readonly sql: string
  /** Why it did not run; null where it did. */
  readonly error: string | null
  /** Whether its rows are those of the reference. */
  readonly matches: boolean
}

/** What a trajectory submitted; null where it submitted nothing. */
export function submissionOf(steps: readonly Step[]): Submission | null {
  const judged = steps.at(-1)?.effects.findLast((effect) => effect.name === 'judge')
  if (!judged || !('output' in judged) || !isObject(judged.output) || !isObject(judged.input)) return null
  const { sql } = judged.input
  const { error = null, matches } = judged.output
  return typeof sql === 'string'
    ? { sql, error: typeof error === 'string' ? error : null, matches: matches === true }
    : null
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
