import { GymError } from '../data/errors.ts'
import { counted } from '../data/shown.ts'
import type { ReadingNotes } from './notes.ts'

export const batchInvalid = (message: string): GymError => new GymError('BATCH_INVALID', message)

/** Content of a column, for messages. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)) ?? typeof value
}

/** @throws GymError BATCH_INVALID with row, column and rule. */
export const badCell = (column: string, row: number, rule: string, value: unknown): GymError =>
  batchInvalid(`row ${row}: ${column} is ${shown(value).slice(0, 100)}, and should be ${rule}`)

/** What a cell may hold. */
export interface Rule<T> {
  readonly says: string
  readonly holds: (value: unknown) => value is T
  /** The value of a cell in another form, as Python writes it; undefined for any other value. */
  readonly reads?: (value: unknown) => Reading<T> | undefined
}

export interface Reading<T> {
  readonly value: T
  /** What was written, where it is read as null. */
  readonly lost?: string
}

const isNumber = (value: unknown): value is number => Number.isFinite(value)
const asNumber = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'boolean' ? Number(value) : value
}
const isNotFinite = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value)

/** NaN and the infinities, which are not values. */
const lostNumber = (value: unknown): Reading<null> | undefined =>
  isNotFinite(value) ? { value: null, lost: `${value}` } : undefined

export const TEXT: Rule<string> = {
  says: 'a text or an integer',
  holds: (value) => typeof value === 'string',
  reads: (value) => (typeof value === 'bigint' || Number.isSafeInteger(value) ? { value: `${value}` } : undefined),
}
export const FLAG: Rule<boolean> = {
  says: 'true or false, or 1 or 0',
  holds: (value) => typeof value === 'boolean',
  reads: (value) => {
    const flag = asNumber(value)
    return flag === 0 || flag === 1 ? { value: flag === 1 } : undefined
  },
}
export const REWARD: Rule<number | null> = {
  says: 'a finite number or null',
  holds: (value): value is number | null => value === null || isNumber(value),
  reads: (value) => {
    const number = asNumber(value)
    return isNumber(number) ? { value: number } : lostNumber(number)
  },
}
export const COUNT: Rule<number> = {
  says: 'a whole number from 0',
  holds: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
  reads: (value) => {
    const count = asNumber(value)
    return typeof value === 'bigint' && COUNT.holds(count) ? { value: count } : undefined
  },
}
export const COUNT_OR_NULL: Rule<number | null> = {
  says: 'a whole number from 0, or null',
  holds: (value): value is number | null => value === null || COUNT.holds(value),
  reads: (value) => COUNT.reads?.(value) ?? lostNumber(value),
}
export const TOKENS: Rule<readonly number[] | null> = {
  says: 'an array of finite numbers, or null',
  holds: (value): value is readonly number[] | null =>
    value === null || (Array.isArray(value) && value.every(isNumber)),
  reads: (value) => {
    if (!Array.isArray(value)) return lostNumber(value)
    const numbers = value.map(asNumber)
    if (numbers.every(isNumber)) return { value: numbers }
    const at = numbers.findIndex((each) => !isNumber(each))
    return isNotFinite(numbers[at]) ? { value: null, lost: `${numbers[at]} at token ${at}` } : undefined
  },
}
export const FLAGS: Rule<readonly number[] | null> = {
  says: 'an array of 0 and 1, or null',
  holds: (value): value is readonly number[] | null =>
    value === null || (Array.isArray(value) && value.every((each) => each === 0 || each === 1)),
  reads: (value) => {
    const flags = Array.isArray(value) ? value.map(asNumber) : undefined
    return FLAGS.holds(flags) ? { value: flags } : undefined
  },
}
export const ANYTHING: Rule<unknown> = {
  says: 'a JSON value',
  holds: (value): value is unknown => value !== undefined && !isNotFinite(value),
  reads: lostNumber,
}

/**
 * A column whose every cell keeps the rule, or is read as one that does.
 * @throws GymError BATCH_INVALID
 */
export function columnOf<T>(
  name: string,
  value: unknown,
  rowCount: number,
  rule: Rule<T>,
  notes: ReadingNotes,
): readonly T[] {
  if (value === undefined) throw batchInvalid(`the column ${name} is missing`)
  if (!Array.isArray(value)) throw batchInvalid(`the column ${name} is not an array`)
  if (value.length !== rowCount)
    throw batchInvalid(`the column ${name} has ${counted(value.length, 'row')}, and trajectory has ${rowCount}`)
  if (value.every((cell) => rule.holds(cell))) return value
  return value.map((cell: unknown, row) => {
    if (rule.holds(cell)) return cell
    const reading = rule.reads?.(cell)
    if (!reading) throw badCell(name, row, rule.says, cell)
    if (reading.lost !== undefined) notes.readAsNull(name, row, reading.lost)
    return reading.value
  })
}

/**
 * Ids are all texts or all integers: `"1"` and 1 are two in Python, and would be one here.
 * @throws GymError BATCH_INVALID
 */
export function expectOneKind(name: string, value: unknown): void {
  if (!Array.isArray(value)) return
  const [first]: readonly unknown[] = value
  const isText = typeof first === 'string'
  const other = value.findIndex((cell) => (typeof cell === 'string') !== isText)
  if (other !== -1) throw badCell(name, other, `${isText ? 'a text' : 'an integer'}, as in row 0`, value[other])
}

/**
 * Columns by name.
 * @throws GymError BATCH_INVALID
 */
export function columnsOf<T>(
  name: string,
  value: unknown,
  rowCount: number,
  rule: Rule<T>,
  notes: ReadingNotes,
): Readonly<Record<string, readonly T[]>> {
  const entries = Object.entries(objectOf(name, value))
  return Object.fromEntries(
    entries.map(([key, column]) => [key, columnOf(`${name}.${key}`, column, rowCount, rule, notes)] as const),
  )
}

/** @throws GymError BATCH_INVALID where it is not an object. */
export function objectOf(name: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw batchInvalid(`${name} is not an object of columns`)
}
