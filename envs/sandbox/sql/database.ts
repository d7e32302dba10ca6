import type { Rng } from '../../../core/data/rng.ts'
import type { Column, Domain, Table } from './domains.ts'

/** How much data a database has. */
export interface Size {
  /** Rows of the second table; the first has a third of them, the third twice as many. */
  readonly rows: number
  /** Share of the numbers that are NULL. */
  readonly missing: number
}

/** Column of a table that names the row of another which its rows belong to. */
export const foreignKey = ({ one }: Table): string => `${one.replaceAll(' ', '_')}_id`

/** SQL that makes a database of a domain, with data that are drawn. */
export function databaseScript({ tables }: Domain, { rows, missing }: Size, rng: Rng): string {
  const [first, second, third] = tables
  const counts = [Math.max(3, Math.round(rows / 3)), rows, 2 * rows] as const
  return [
    createTable(first, null),
    createTable(second, first),
    createTable(third, second),
    insert(first, counts[0], null, missing, rng),
    insert(second, counts[1], counts[0], missing, rng),
    insert(third, counts[2], counts[1], missing, rng),
  ].join('\n')
}

/** The statement that makes a table, as the agent may read it. */
export function createTable(table: Table, parent: Table | null): string {
  const { label, category, number } = table
  const columns = [
    'id INTEGER PRIMARY KEY',
    ...(parent ? [`${foreignKey(parent)} INTEGER NOT NULL REFERENCES ${parent.name} (id)`] : []),
    `${label.name} TEXT NOT NULL`,
    `${category.name} TEXT NOT NULL`,
    `${number.name} INTEGER`,
  ]
  return `CREATE TABLE ${table.name} (\n  ${columns.join(',\n  ')}\n);`
}

/** About one in six rows of the parent has no row that belongs to it. */
const CHILDLESS = 0.15

function insert(table: Table, count: number, parents: number | null, missing: number, rng: Rng): string {
  const usable = parents === null ? [] : parentIds(parents, rng)
  const values = Array.from({ length: count }, (_, at) => {
    const number = rng.chance(missing) ? 'NULL' : numberIn(table.number, rng)
    const parent = usable.length === 0 ? [] : [rng.choice(usable)]
    return `(${[at + 1, ...parent, text(`${textIn(table.label, rng)} ${at + 1}`), text(textIn(table.category, rng)), number].join(', ')})`
  })
  return `INSERT INTO ${table.name} VALUES\n${values.join(',\n')};`
}

function parentIds(count: number, rng: Rng): readonly number[] {
  const ids = Array.from({ length: count }, (_, at) => at + 1)
  const kept = ids.filter(() => !rng.chance(CHILDLESS))
  return kept.length === 0 ? ids.slice(0, 1) : kept
}

/** A text literal of SQL. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** One of the texts of a column. */
export function textIn({ values }: Column, rng: Rng): string {
  return String(rng.choice<string | number>(values))
}

/** A number of a column. */
export function numberIn({ values: [least, most] }: Column, rng: Rng): number {
  return rng.int(Number(least), Number(most))
}
