import { readFileSync } from 'node:fs'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { lastLineOf } from '../lines.ts'
import type { RunSettings, SandboxPool } from '../pool.ts'
import { DEFAULT_LIMITS } from '../program.ts'
import type { ExecutionResult } from '../types.ts'

const MIB = 2 ** 20

/** Value of a cell: SQLite's, with blobs and what JSON cannot hold as text. */
export type Cell = string | number | null

/** What a query returned. */
export type QueryAnswer =
  | {
      readonly columns: readonly string[]
      readonly rows: readonly (readonly Cell[])[]
      /** Whether there are more rows than were asked for. */
      readonly more: boolean
    }
  | { readonly error: string }

/** Queries on one database. */
export interface SqlRequest {
  /** SQL that makes the database: trusted. */
  readonly script: string
  /** Each a single statement that reads; anything else is an error. Not trusted. */
  readonly queries: readonly string[]
  /** Rows of each answer, at most. */
  readonly rows: number
  /** Milliseconds of all together. */
  readonly timeoutMs: number
}

const SOURCE = readFileSync(new URL('./python/query.py', import.meta.url), 'utf8')
const OUTPUT_BYTES = 8 * MIB

/**
 * Answers of queries in SQLite, in the order of the queries. The database is made in a sandbox, in memory: a query
 * can read it, and neither change it nor reach a file. Where one breaks a limit or ends its process, all answers are that
 * error. An answer has at most 200,000 cells.
 * @throws GymError SANDBOX_BUSY; SANDBOX_FAILED where the database was not made; SANDBOX_UNAVAILABLE where its Python has
 *   no sqlite3
 */
export async function runQueries(
  pool: Pick<SandboxPool, 'run'>,
  { script, queries, rows, timeoutMs }: SqlRequest,
  settings: Pick<RunSettings, 'owner' | 'signal'> = {},
): Promise<readonly QueryAnswer[]> {
  const stdin = JSON.stringify({ script, queries, rows })
  const limits = { timeoutMs, outputBytes: OUTPUT_BYTES }
  const result = await pool.run({ main: SOURCE, stdin, limits }, settings)
  if (!result.stdout.text.startsWith(READY)) throw notReady(result)
  const problem = problemOf(result, timeoutMs)
  if (problem !== null) return queries.map(() => ({ error: problem }))
  return answersIn(result.stdout.text.slice(READY.length), timeoutMs)
}

/** The first line, once the database is made: what goes wrong after it is due to a query. */
const READY = 'ready\n'

function notReady({ status, stderr }: ExecutionResult): GymError {
  const last = lastLineOf(stderr.text)
  if (last.includes('sqlite3') && last.startsWith('ModuleNotFoundError'))
    return new GymError('SANDBOX_UNAVAILABLE', `the Python of this sandbox has no sqlite3: ${last}`)
  return new GymError('SANDBOX_FAILED', `the database was not made (${status}): ${last}`)
}

type Limit = 'timeout' | 'memory' | 'output'

const limitText = (limit: Limit, timeoutMs: number): string =>
  ({
    timeout: `the query took longer than ${timeoutMs} ms`,
    memory: `the query took more memory than the ${DEFAULT_LIMITS.memoryBytes / MIB} MiB that it has, as a sort or a group of many rows may`,
    output: `the answer has more than ${OUTPUT_BYTES / MIB} MiB: ask for fewer rows or columns`,
  })[limit]

/** Why there are no answers; null where there are. */
function problemOf({ status, stderr }: ExecutionResult, timeoutMs: number): string | null {
  if (status === 'ok') return null
  if (status === 'cancelled') throw new GymError('SANDBOX_FAILED', 'the queries were cancelled')
  if (status === 'timeout' || status === 'memory' || status === 'output') return limitText(status, timeoutMs)
  return /^MemoryError/m.test(stderr.text) ? limitText('memory', timeoutMs) : 'the query ended the process that ran it'
}

function answersIn(text: string, timeoutMs: number): readonly QueryAnswer[] {
  try {
    const answers = parseOwnJson<readonly (QueryAnswer | { readonly limit: Limit })[]>(text)
    return answers.map((each) => ('limit' in each ? { error: limitText(each.limit, timeoutMs) } : each))
  } catch (thrown) {
    throw new GymError('SANDBOX_FAILED', `queries left no answer: ${messageOf(thrown)}`)
  }
}
