import { integerText } from '../data/hash.ts'
import { compareCodePoints } from './text.ts'

/**
 * A text that is equal for two JSON values exactly where verl-agent's `to_hashable` makes them equal in Python
 * (`gigpo/core_gigpo.py`): 1 == 1.0 == True, 0 == -0.0 == False, a dict regardless of order and like the list of its
 * sorted [key, value] pairs. Texts compare by code point, unnormalised, and equal nothing but texts.
 */
export function pythonEqualityKey(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'bigint') return integerText(value)
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(pythonEqualityKey).join(',')}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => compareCodePoints(a, b))
  return pythonEqualityKey(entries)
}

/** Python's `==` of values that were read from JSON: True == 1 == 1.0, dicts regardless of order. */
export function pythonEquals(a: unknown, b: unknown): boolean {
  if (isNumeric(a) && isNumeric(b)) return Number(a) === Number(b)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => pythonEquals(item, b[at]))
  if (!isDict(a) || !isDict(b)) return a === b
  const names = Object.keys(a)
  const isSame = (name: string): boolean => Object.hasOwn(b, name) && pythonEquals(a[name], b[name])
  return names.length === Object.keys(b).length && names.every(isSame)
}

const isNumeric = (value: unknown): value is number | boolean => typeof value === 'number' || typeof value === 'boolean'
const isDict = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
