import { canonicalJson } from '../../../core/data/hash.ts'
import type { Json } from '../../../core/data/types.ts'
import type { Changes, Database, Row } from './database.ts'
import { hashableRepr } from './python-hash.ts'
import type { Value } from './python-number.ts'

/** Expected end of a task. */
export interface Goal {
  /** Changes that the gold calls lead to. */
  readonly changes: Changes
  /** Texts that the agent must have said to the user. */
  readonly outputs: readonly string[]
}

export interface Verdict {
  /** Whether the database is as the gold calls leave it. */
  readonly isDatabaseRight: boolean
  /** Which of the expected outputs were said. */
  readonly outputs: { readonly [output: string]: boolean }
  /** 1 where the database is right and everything was said, else 0. */
  readonly reward: 0 | 1
}

/**
 * Reward of tau-bench (`Env.calculate_reward`): database equality by difference from the base, which agrees with
 * comparing the hashes of both whole databases, and each output contained in something said, regardless of case and of
 * commas in what was said.
 */
export function judge(database: Database, goal: Goal, changes: Changes, said: readonly string[]): Verdict {
  const isDatabaseRight = isSameDatabase(database, goal.changes, changes)
  const plain = said.map((text) => text.toLowerCase().replaceAll(',', ''))
  const outputs = Object.fromEntries(
    goal.outputs.map((output) => [output, plain.some((text) => text.includes(output.toLowerCase()))]),
  )
  const isRight = isDatabaseRight && Object.values(outputs).every(Boolean)
  return { isDatabaseRight, outputs, reward: isRight ? 1 : 0 }
}

/** Whether two episodes left equal databases; the order of fields does not count, the type of numbers does. */
export function isSameDatabase(database: Database, a: Changes, b: Changes): boolean {
  return differences(database, a, b).length === 0
}

/** A row that is not as it should be. */
export interface RowDifference {
  readonly table: string
  readonly key: string
  readonly expected: Row | undefined
  readonly found: Row | undefined
}

/** Rows in which two databases differ. */
export function differences(database: Database, expected: Changes, found: Changes): readonly RowDifference[] {
  const tables = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...tables].flatMap((table) => {
    const base = database.tables.get(table)
    const [wanted, had] = [expected[table] ?? {}, found[table] ?? {}]
    const keys = new Set([...Object.keys(wanted), ...Object.keys(had)])
    return [...keys].flatMap((key) => {
      const rows = { expected: wanted[key] ?? base?.get(key), found: had[key] ?? base?.get(key) }
      return isSameRow(rows.expected, rows.found) ? [] : [{ table, key, ...rows }]
    })
  })
}

function isSameRow(a: Row | undefined, b: Row | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const text = canonicalJson(jsonOf(a))
  if (text === canonicalJson(jsonOf(b))) return true
  return text.includes('"$dict"') && hashableRepr(a) === hashableRepr(b)
}

/** Rows are JSON: the tag of a float is a field like others. */
const jsonOf = (row: Row): Json => row as Value as Json
