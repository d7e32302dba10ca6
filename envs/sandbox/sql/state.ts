import type { QueryAnswer } from '../../../sandbox/sql/index.ts'
import { createTable } from './database.ts'
import type { SqlTask } from './resources.ts'

/** Whether a query answered the question. */
export type Verdict = {
  readonly matches: boolean
  /** Why the query did not run; null where it did. */
  readonly error: string | null
}

export interface SqlState {
  /** Number of the task over all splits. */
  readonly task: number
  readonly hasSchema: boolean
  /** The last query that ran; null before the first. */
  readonly query: string | null
  /** Null before the submission. */
  readonly verdict: Verdict | null
  /** What the agent sees. */
  readonly shown: string
}

export const startState = (task: number, { question, domain }: SqlTask): SqlState => ({
  task,
  hasSchema: false,
  query: null,
  verdict: null,
  shown: `${question.text}\n\nThe database has the tables ${domain.tables.map(({ name }) => name).join(', ')}. Look at the schema, try queries, then submit one query of SQLite whose rows answer the question${question.isOrdered ? ', in the order that it asks for' : ''}. No other columns than those asked for.`,
})

/** The statements that make the tables, as the agent sees them. */
export const schemaText = ({ domain: { tables } }: SqlTask): string =>
  tables.map((table, at) => createTable(table, tables[at - 1] ?? null)).join('\n\n')

/** An answer as the agent sees it, of at most `MOST_TEXT` characters. */
export function answerText(answer: QueryAnswer, most: number): string {
  if ('error' in answer) return cut(`Error: ${answer.error.replace(/\.+$/, '')}.`, MOST_TEXT)
  const { columns, rows, more } = answer
  const names = columns.map(cellText).join(' | ')
  if (rows.length === 0) return cut(`${names}\nNo rows.`, MOST_TEXT)
  const lines = rows.slice(0, most).map((row) => row.map(cellText).join(' | '))
  const isCut = more || rows.length > most
  return cut([names, ...lines, ...(isCut ? ['... and more rows'] : [])].join('\n'), MOST_TEXT)
}

const MOST_CELL = 200
const MOST_TEXT = 100_000

const cellText = (cell: string | number | null): string => cut(cell === null ? 'NULL' : String(cell), MOST_CELL)

/** No character is cut in two. */
const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most).replace(/\p{Surrogate}/gu, '')}...` : text

/** Anchor: what the agent knows. Equal anchors need the same actions, whatever has led there. */
export const knowledgeAnchor = ({ hasSchema, query, verdict }: SqlState): string =>
  `${hasSchema ? 'schema' : 'no schema'} ${verdict === null ? '' : `over ${verdict.matches}`} ${query ?? ''}`
