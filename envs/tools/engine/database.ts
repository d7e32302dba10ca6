import type { Immutable } from '../../../core/data/types.ts'
import { isList, type Value } from './python-number.ts'

/** One record of a table. */
export type Row = { readonly [field: string]: Value }

/** Tables of rows by key. Shared by all episodes and never changed; rows keep the order of the data. */
export interface Database {
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Row>>
}

/** Rows that differ from the base database, by table and key: the part of an episode's state that is its own. */
export type Changes = { readonly [table: string]: { readonly [key: string]: Row } }

export const NO_CHANGES: Changes = Object.freeze({})

/** A row while a tool changes it. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Draft<T[K]> }
    : T

/** The database as one episode sees it during one call: the base under its changes. */
export class Session {
  readonly #base: Database
  readonly #before: Changes
  readonly #edited = new Map<string, Map<string, Draft<Row>>>()

  constructor(base: Database, before: Changes) {
    this.#base = base
    this.#before = before
  }

  get(table: string, key: string | null): Row | undefined {
    if (key === null) return undefined
    return this.#edited.get(table)?.get(key) ?? changeOf(this.#before, table, key) ?? this.#baseOf(table).get(key)
  }

  /** A copy of the row that may be changed in place; later reads see it. */
  edit(table: string, key: string): Draft<Row> | undefined {
    const known = this.#edited.get(table)?.get(key)
    if (known) return known
    const row = this.get(table, key)
    return row && this.put(table, key, row)
  }

  /** Adds a row, or replaces it. @returns A copy of it that may be changed in place. */
  put(table: string, key: string, row: Row): Draft<Row> {
    const rows = this.#edited.get(table) ?? new Map<string, Draft<Row>>()
    const draft = copyOf(row)
    this.#edited.set(table, rows.set(key, draft))
    return draft
  }

  /** Adds a row, or replaces it, without a copy: the caller does not change it any more. */
  replace(table: string, key: string, row: Row): void {
    const rows = this.#edited.get(table) ?? new Map<string, Draft<Row>>()
    this.#edited.set(table, rows.set(key, row as Draft<Row>))
  }

  /** Rows in the order of the base, added ones last. */
  *rows(table: string): Generator<readonly [string, Row]> {
    const base = this.#baseOf(table)
    for (const [key, row] of base) yield [key, this.get(table, key) ?? row]
    const added = new Set([...Object.keys(this.#before[table] ?? {}), ...(this.#edited.get(table)?.keys() ?? [])])
    for (const key of added) {
      const row = base.has(key) ? undefined : this.get(table, key)
      if (row) yield [key, row]
    }
  }

  /** The base as it is, without this episode's changes: for indexes that all episodes share. */
  base(table: string): ReadonlyMap<string, Row> {
    return this.#baseOf(table)
  }

  /**
   * Rows that differ from the base after the call. What did not change in a row is shared with the row as it was
   * before.
   */
  changes(): Changes {
    const tables = new Map(Object.entries(this.#before))
    for (const [table, rows] of this.#edited) {
      const after = this.#tableAfter(table, rows)
      if (after !== undefined) tables.set(table, after)
    }
    const isSame = [...tables].every(([table, rows]) => this.#before[table] === rows)
    if (isSame) return this.#before
    return Object.fromEntries([...tables].filter(([, rows]) => Object.keys(rows).length > 0))
  }

  /** Changed rows of a table; undefined if the call left every row as it was. */
  #tableAfter(table: string, rows: ReadonlyMap<string, Draft<Row>>): Changes[string] | undefined {
    const after = new Map(Object.entries(this.#before[table] ?? {}))
    let hasChanged = false
    for (const [key, draft] of rows) {
      const before = this.#unchanged(table, key)
      const row = sharing(before, draft) as Row
      if (row === before) continue
      hasChanged = true
      const base = this.#baseOf(table).get(key)
      if (base !== undefined && sharing(base, row) === base) after.delete(key)
      else after.set(key, row)
    }
    return hasChanged ? Object.fromEntries(after) : undefined
  }

  #unchanged(table: string, key: string): Row | undefined {
    return changeOf(this.#before, table, key) ?? this.#baseOf(table).get(key)
  }

  #baseOf(table: string): ReadonlyMap<string, Row> {
    return this.#base.tables.get(table) ?? NO_ROWS
  }
}

/** A copy that may be changed in place; `structuredClone` takes ten times as long. */
function copyOf(row: Row): Draft<Row> {
  const copy: Draft<Row> = {}
  for (const [field, value] of Object.entries(row)) copy[field] = copyOfValue(value)
  return copy
}

export function copyOfValue(value: Value): Draft<Value> {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(copyOfValue)
  const copy: { [field: string]: Draft<Value> } = {}
  for (const [field, item] of Object.entries(value)) copy[field] = copyOfValue(item)
  return copy
}

/** A value in which everything that equals the one before, order of fields included, is that one's. */
function sharing(before: Value | undefined, after: Value): Value {
  if (before === after || typeof before !== 'object' || typeof after !== 'object') return after
  if (before === null || after === null || isList(before) !== isList(after)) return after
  const known = Object.entries(before)
  const byName = new Map<string, Value>(known)
  const own = Object.entries(after).map(([name, item]): [string, Value] => [name, sharing(byName.get(name), item)])
  const isSame = own.every(([name, item], at) => known[at]?.[0] === name && known[at][1] === item)
  if (isSame && own.length === known.length) return before
  return isList(after) ? own.map(([, item]) => item) : Object.fromEntries(own)
}

/** A table of rows whose shape is known; each is copied, so that none is shared with another. */
export const rowsOf = (rows: readonly (readonly [string, object])[]): ReadonlyMap<string, Row> =>
  new Map(rows.map(([key, row]) => [key, copyOf(row as Row)]))

const NO_ROWS: ReadonlyMap<string, Row> = new Map()

const changeOf = (changes: Changes, table: string, key: string): Row | undefined => {
  const rows = changes[table]
  return rows && Object.hasOwn(rows, key) ? rows[key] : undefined
}

/**
 * Typed access to one table. The author of the data guarantees the shape of rows; the loader of foreign data checks
 * what tools rely on.
 */
export class Table<Shape extends object> {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get(db: Session, key: string | null): Immutable<Shape> | undefined {
    return db.get(this.name, key) as Immutable<Shape> | undefined
  }

  edit(db: Session, key: string): Shape | undefined {
    return db.edit(this.name, key) as Shape | undefined
  }

  put(db: Session, key: string, row: Immutable<Shape>): Shape {
    return db.put(this.name, key, row as Row) as Shape
  }

  *rows(db: Session): Generator<readonly [string, Immutable<Shape>]> {
    for (const [key, row] of db.rows(this.name)) yield [key, row as Row & Immutable<Shape>]
  }
}
