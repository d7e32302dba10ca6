import type { Cell, QueryAnswer } from '../../../sandbox/sql/index.ts'

type Row = readonly Cell[]

/**
 * Whether two answers are the same: equal rows as often, in the same order where it is asked for. Names of columns do not
 * count. Numbers are equal up to a share of 1e-9, as sums may be taken in another order.
 */
export function isSameAnswer(given: QueryAnswer, expected: QueryAnswer, isOrdered: boolean): boolean {
  if ('error' in given || 'error' in expected || given.more || expected.more) return false
  if (given.rows.length !== expected.rows.length) return false
  const [own, wanted] = isOrdered ? [given.rows, expected.rows] : [sorted(given.rows), sorted(expected.rows)]
  return own.every((row, at) => isSameRow(row, wanted[at] ?? []))
}

const isSameRow = (one: Row, other: Row): boolean =>
  one.length === other.length && one.every((cell, at) => isSameCell(cell, other[at] ?? null))

function isSameCell(one: Cell, other: Cell): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other
  return Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other))
}

/** By their cells, numbers rounded so that nearly equal ones are neighbours. */
const sorted = (rows: readonly Row[]): readonly Row[] =>
  rows
    .map((row) => ({ row, key: JSON.stringify(row.map((cell) => (typeof cell === 'number' ? rounded(cell) : cell))) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ row }) => row)

const rounded = (number: number): number => Number(number.toPrecision(9))
