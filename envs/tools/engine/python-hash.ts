import { createHash } from 'node:crypto'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import { compareCodePoints } from '../../../core/cpython/text.ts'
import type { Changes, Database, Row } from './database.ts'
import { isList, isNumeric, itemsOf, toPython, type Value } from './python-number.ts'

/**
 * `repr` of `to_hashable(value)` of tau-bench (`envs/base.py`): a dict is the tuple of its sorted (key, value) pairs, a
 * list a tuple.
 */
export function hashableRepr(value: Value): string {
  if (typeof value !== 'object' || value === null || isNumeric(value)) return pythonRepr(toPython(value))
  return isList(value)
    ? tupleRepr(value.map(hashableRepr))
    : pairsRepr(itemsOf(value).map(([key, item]) => [key, hashableRepr(item)]))
}

const tupleRepr = (items: readonly string[]): string => `(${items.join(', ')}${items.length === 1 ? ',' : ''})`

function pairsRepr(entries: readonly (readonly [string, string])[]): string {
  const sorted = entries.toSorted(([a], [b]) => compareCodePoints(a, b))
  return tupleRepr(sorted.map(([key, item]) => `(${pythonRepr(key)}, ${item})`))
}

/** Hashes of a database under changes, as tau-bench compares them. The texts of rows and of unchanged tables are made once. */
export class DatabaseHasher {
  readonly #base: Database
  readonly #reprs = new WeakMap<Row, string>()
  readonly #unchanged = new Map<string, string>()

  constructor(base: Database) {
    this.#base = base
  }

  /** `consistent_hash(to_hashable(data))`: SHA-256 of the text, as hex. */
  hash(changes: Changes): string {
    const tables = [...this.#base.tables].map(
      ([name, rows]) => [name, this.#tableText(name, rows, changes[name])] as const,
    )
    return createHash('sha256').update(pairsRepr(tables)).digest('hex')
  }

  #tableText(name: string, rows: ReadonlyMap<string, Row>, changed: Changes[string] | undefined): string {
    if (changed !== undefined) return this.#table(rows, changed)
    const text = this.#unchanged.get(name) ?? this.#table(rows, {})
    this.#unchanged.set(name, text)
    return text
  }

  #table(rows: ReadonlyMap<string, Row>, changed: { readonly [key: string]: Row }): string {
    const own = Object.keys(changed).filter((key) => !rows.has(key))
    const base = [...rows].map(
      ([key, row]) => [key, this.#row(Object.hasOwn(changed, key) ? changed[key] : row)] as const,
    )
    return pairsRepr([...base, ...own.map((key) => [key, this.#row(changed[key])] as const)])
  }

  #row(row: Row = {}): string {
    const known = this.#reprs.get(row)
    if (known !== undefined) return known
    const text = hashableRepr(row)
    this.#reprs.set(row, text)
    return text
  }
}
