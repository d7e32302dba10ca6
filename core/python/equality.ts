import { compareCodePoints } from './text.ts'

/**
 * A text that is equal for two JSON values exactly where verl-agent's `to_hashable` makes them equal in Python
 * (`gigpo/core_gigpo.py`): 1 == 1.0 == True, 0 == -0.0 == False, a dict regardless of order and like the list of its
 * sorted [key, value] pairs. Texts compare by code point, unnormalised, and equal nothing but texts.
 */
export function pythonEqualityKey(value: unknown): string {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(pythonEqualityKey).join(',')}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => compareCodePoints(a, b))
  return pythonEqualityKey(entries)
}
