import { PythonFloat, type PythonValue } from '../../../core/cpython/value.ts'
import { parseJson } from '../../../core/data/json.ts'
import type { Json } from '../../../core/data/types.ts'

/** Values of a Python `float` that JSON has not, by how they are written in a state. */
const SPECIAL = { '-0': -0, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }
type SpecialFloat = keyof typeof SPECIAL

/** A Python `float` that a plain JSON number cannot represent: of integral value, which would be an `int`, or special. */
export type MarkedFloat = {
  readonly $float: number | SpecialFloat
}

/** A Python number in plain JSON: an integral number is an `int`, any other a `float`. */
export type Numeric = number | MarkedFloat

/**
 * A Python `dict` with keys such as "10", which plain objects would move to the front: its items in their order.
 */
export type OrderedDict<Item = Value> = {
  readonly $dict: readonly (readonly [string, Item])[]
}

/** JSON as Python reads it: plain data in which the type of numbers and the order of keys survive. */
export type Value = Json

export const isOrderedDict = (value: Value): value is OrderedDict =>
  typeof value === 'object' && value !== null && '$dict' in value && Array.isArray(value.$dict)

/** Items of a `dict` in its order. */
export const itemsOf = (
  dict: OrderedDict | { readonly [key: string]: Value },
): readonly (readonly [string, Value])[] => (isOrderedDict(dict) ? dict.$dict : Object.entries(dict))

export const isNumeric = (value: unknown): value is Numeric => typeof value === 'number' || isMarkedFloat(value)

/** Also where an agent wrote the mark itself. */
export const isMarkedFloat = (value: unknown): value is MarkedFloat =>
  typeof value === 'object' &&
  value !== null &&
  '$float' in value &&
  (typeof value.$float === 'number' || isSpecial(value.$float))

const isSpecial = (mark: unknown): mark is SpecialFloat => typeof mark === 'string' && Object.hasOwn(SPECIAL, mark)

export const isFloat = (value: Numeric): boolean =>
  typeof value !== 'number' || !Number.isInteger(value) || Object.is(value, -0)

export function numberOf(value: Numeric): number {
  if (typeof value === 'number') return value
  return typeof value.$float === 'number' ? value.$float : SPECIAL[value.$float]
}

/** A Python `float`. */
export function float(value: number): Numeric {
  if (Object.is(value, -0)) return { $float: '-0' }
  if (Number.isInteger(value)) return { $float: value }
  if (Number.isFinite(value)) return value
  return { $float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' }
}

/** `a + b`, `a - b`, `a * b`, `-a` and `abs(a)`: a `float` as soon as one operand is. */
export const add = (a: Numeric, b: Numeric): Numeric => typed(numberOf(a) + numberOf(b), a, b)
export const subtract = (a: Numeric, b: Numeric): Numeric => typed(numberOf(a) - numberOf(b), a, b)
export const multiply = (a: Numeric, b: Numeric): Numeric => typed(numberOf(a) * numberOf(b), a, b)
export const negate = (a: Numeric): Numeric => (isFloat(a) ? float(-numberOf(a)) : 0 - numberOf(a))
export const absolute = (a: Numeric): Numeric => typed(Math.abs(numberOf(a)), a, a)

const typed = (value: number, a: Numeric, b: Numeric): Numeric => (isFloat(a) || isFloat(b) ? float(value) : value)

/** `round(value, 2)`: the nearest hundredth of the exact binary value, ties to the even one; an `int` stays as it is. */
export function roundToCents(value: Numeric): Numeric {
  return isFloat(value) ? float(centsOf(numberOf(value))) : value
}

/** `round(x, 2)` of a finite `float`. A tie needs a fraction of exactly one eighth: `toFixed` would round it up. */
export function centsOf(x: number): number {
  if (Math.abs(x) >= 1e21 || Object.is(x, -0)) return x
  const isTie = Number.isInteger(x * 8) && !Number.isInteger(x * 4)
  if (!isTie) return Number(x.toFixed(2))
  const below = Math.floor(x * 100)
  return (below % 2 === 0 ? below : below + 1) / 100
}

/** The value as `pythonRepr` and `pythonJsonDumps` write it. */
export function toPython(value: Value): PythonValue {
  if (typeof value !== 'object' || value === null) return value
  if (isNumeric(value)) return new PythonFloat(numberOf(value))
  if (isList(value)) return value.map(toPython)
  return new Map(itemsOf(value).map(([key, item]) => [key, toPython(item)]))
}

/** The value as plain JSON, without the marks that distinguish a `float` from an `int` and keep the order of keys. */
export function plainJson(value: Value): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isNumeric(value)) return numberOf(value)
  if (isList(value)) return value.map(plainJson)
  return Object.fromEntries(itemsOf(value).map(([key, item]) => [key, plainJson(item)]))
}

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value)

/** A text with what shows that it is a key, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const INDEX_KEY = '$index:'

/**
 * Reads JSON as Python's `json.loads` does, keeping `1.0` apart from `1` and keys in their order.
 * @throws SyntaxError where the text is not JSON
 */
export function readPythonJson(text: string): Value {
  return untagged(parseJson(text.replace(TOKEN, tagged)))
}

function tagged(token: string, colon: string | undefined): string {
  if (colon !== undefined) return /^"(0|[1-9]\d{0,9})"/.test(token) ? `"${INDEX_KEY}${token.slice(1)}` : token
  if (token.startsWith('"')) return token
  if (!/[.eE]/.test(token)) return token === '-0' ? '0' : token
  const value = float(Number(token))
  return typeof value === 'number' ? token : JSON.stringify(value)
}

function untagged(value: Value): Value {
  if (typeof value !== 'object' || value === null || isNumeric(value)) return value
  if (isList(value)) return value.map(untagged)
  const items = Object.entries(value).map(([key, item]) => [key, untagged(item)] as const)
  if (!items.some(([key]) => key.startsWith(INDEX_KEY))) return Object.fromEntries(items)
  return { $dict: items.map(([key, item]) => [key.startsWith(INDEX_KEY) ? key.slice(INDEX_KEY.length) : key, item]) }
}
