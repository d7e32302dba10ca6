import { GymError } from '../data/errors.ts'

export const batchInvalid = (message: string): GymError => new GymError('BATCH_INVALID', message)

/** What stands in a column, for messages. */
const shown = (value: unknown): string =>
  value === undefined ? 'missing' : typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? typeof value)

/** @throws GymError BATCH_INVALID with row, column and rule. */
export const badCell = (column: string, row: number, rule: string, value: unknown): GymError =>
  batchInvalid(`row ${row}: ${column} is ${shown(value).slice(0, 100)}, and should be ${rule}`)

export interface Rule<T> {
  readonly says: string
  readonly holds: (value: unknown) => value is T
}

export const TEXT: Rule<string> = {
  says: 'a text',
  holds: (value) => typeof value === 'string',
}
export const FLAG: Rule<boolean> = {
  says: 'true or false',
  holds: (value) => typeof value === 'boolean',
}
export const REWARD: Rule<number | null> = {
  says: 'a finite number, or null where there is none',
  holds: (value): value is number | null => value === null || Number.isFinite(value),
}
export const COUNT: Rule<number> = {
  says: 'a whole number from 0',
  holds: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
}
export const COUNT_OR_NULL: Rule<number | null> = {
  says: 'a whole number from 0, or null',
  holds: (value): value is number | null => value === null || COUNT.holds(value),
}
export const TOKENS: Rule<readonly number[] | null> = {
  says: 'an array of finite numbers, or null',
  holds: (value): value is readonly number[] | null =>
    value === null || (Array.isArray(value) && value.every((each) => Number.isFinite(each))),
}
export const FLAGS: Rule<readonly number[] | null> = {
  says: 'an array of 0 and 1, or null',
  holds: (value): value is readonly number[] | null =>
    value === null || (Array.isArray(value) && value.every((each) => each === 0 || each === 1)),
}
export const ANYTHING: Rule<unknown> = {
  says: 'a JSON value',
  holds: (value): value is unknown => value !== undefined,
}

/**
 * A column whose every cell keeps the rule.
 * @throws GymError BATCH_INVALID
 */
export function columnOf<T>(name: string, value: unknown, rowCount: number, rule: Rule<T>): readonly T[] {
  if (!Array.isArray(value)) throw batchInvalid(`the column ${name} is not an array`)
  if (value.length !== rowCount)
    throw batchInvalid(`the column ${name} has ${value.length} rows, and trajectory has ${rowCount}`)
  const bad = value.findIndex((cell) => !rule.holds(cell))
  if (bad !== -1) throw badCell(name, bad, rule.says, value[bad])
  return value
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
): Readonly<Record<string, readonly T[]>> {
  const entries = Object.entries(objectOf(name, value))
  return Object.fromEntries(
    entries.map(([key, column]) => [key, columnOf(`${name}.${key}`, column, rowCount, rule)] as const),
  )
}

/** @throws GymError BATCH_INVALID where it is no object. */
export function objectOf(name: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw batchInvalid(`${name} is not an object of columns`)
}
