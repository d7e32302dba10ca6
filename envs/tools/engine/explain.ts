import type { Changes, Database, Row } from './database.ts'
import { differences, type Goal, judge } from './judge.ts'
import type { Value } from './python-number.ts'

/**
 * Sentences that say why an episode failed, for people: a change that is missing, one too many, fields that differ,
 * outputs that were not said. Empty for a success. It shows the expected end: never to an agent.
 */
export function explain(database: Database, goal: Goal, changes: Changes, said: readonly string[]): readonly string[] {
  const { outputs } = judge(database, goal, changes, said)
  const rows = differences(database, goal.changes, changes).map(({ table, key, expected, found }) => {
    const base = database.tables.get(table)?.get(key)
    return sentenceOf(`${table} ${key}`, base, expected, found)
  })
  const unsaid = Object.entries(outputs).filter(([, wasSaid]) => !wasSaid)
  return [...rows, ...unsaid.map(([output]) => `never said: ${JSON.stringify(output)}`)]
}

function sentenceOf(name: string, base: Row | undefined, expected: Row | undefined, found: Row | undefined): string {
  if (found === base || found === undefined)
    return `missing write: ${name} is unchanged, expected ${fieldsOf(expected, found)}`
  if (expected === base || expected === undefined)
    return `extra write: ${name} should be unchanged, found ${fieldsOf(found, expected)}`
  return `wrong write: ${name} has ${fieldsOf(found, expected)}, expected ${fieldsOf(expected, found)}`
}

const MAX_TEXT = 80

/** Fields of one row that differ from another's. */
function fieldsOf(row: Row | undefined, other: Row | undefined): string {
  const names = Object.keys(row ?? {}).filter((name) => textOf(row?.[name]) !== textOf(other?.[name]))
  return names.map((name) => `${name} = ${cut(textOf(row?.[name]))}`).join(', ') || 'no such row'
}

const textOf = (value: Value | undefined): string => JSON.stringify(value) ?? 'nothing'
const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)
