import { pythonSplit, pythonStrip } from '../../../../core/cpython/text.ts'
import { PythonError } from '../../engine/python-error.ts'
import { repr } from './text.ts'
import { type Py, PyDict, PySet, PyTuple, typeName } from './value.ts'

export const fail = (message: string): never => {
  throw new PythonError(message)
}

/** A number, a `bool` among them. */
export const isNumber = (value: Py): value is bigint | number | boolean =>
  typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'

/** `bool(value)` */
export function truthy(value: Py): boolean {
  if (value === null) return false
  if (isNumber(value)) return Number(value) !== 0
  if (typeof value === 'string') return value !== ''
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof PyTuple) return value.items.length > 0
  return value instanceof PyDict || value instanceof PySet ? value.size > 0 : true
}

/** `a == b`: 1 == 1.0 == True; the order of a `dict` does not count. */
export function equals(a: Py, b: Py): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0
  if (Array.isArray(a) && Array.isArray(b)) return equalItems(a, b)
  if (a instanceof PyTuple && b instanceof PyTuple) return equalItems(a.items, b.items)
  if (a instanceof PySet && b instanceof PySet) return a.size === b.size && a.items().every((item) => b.has(item))
  if (a instanceof PyDict && b instanceof PyDict) return equalDicts(a, b)
  return a === b
}

const equalItems = (a: readonly Py[], b: readonly Py[]): boolean =>
  a.length === b.length && a.every((item, at) => equals(item, b[at] ?? null))

const equalDicts = (a: PyDict, b: PyDict): boolean =>
  a.size === b.size &&
  [...a.entries()].every(([key, value]) => {
    const other = b.get(key)
    return other !== undefined && equals(value, other)
  })

/** Below 0, 0 or above 0; NaN where one of them is. An `int` and a `float` are compared exactly, as bigints are. */
function compareNumbers(a: bigint | number | boolean, b: bigint | number | boolean): number {
  const [x, y] = [plain(a), plain(b)]
  if (x < y) return -1
  if (x > y) return 1
  return Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0
}

const plain = (value: bigint | number | boolean): bigint | number =>
  typeof value === 'boolean' ? Number(value) : value

export type Comparison = '<' | '<=' | '>' | '>='

/** `a < b` and the like. @throws PythonError */
export function compare(a: Py, operator: Comparison, b: Py): boolean {
  return holds(operator, orderOf(a, operator, b))
}

function holds(operator: Comparison, order: number): boolean {
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

function orderOf(a: Py, operator: Comparison, b: Py): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (Array.isArray(a) && Array.isArray(b)) return orderOfItems(a, operator, b)
  if (a instanceof PyTuple && b instanceof PyTuple) return orderOfItems(a.items, operator, b.items)
  return fail(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

function orderOfItems(a: readonly Py[], operator: Comparison, b: readonly Py[]): number {
  const at = a.findIndex((item, index) => index >= b.length || !equals(item, b[index] ?? null))
  if (at === -1 || at >= b.length) return a.length - b.length
  return orderOf(a[at] ?? null, operator, b[at] ?? null)
}

/** By code points, as Python orders texts. */
export function compareTexts(a: string, b: string): number {
  const [x, y] = [[...a], [...b]]
  const at = x.findIndex((character, index) => character !== y[index])
  if (at === -1 || at >= y.length) return x.length - y.length
  return (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? 0)
}

/** `item in container`. @throws PythonError */
export function contains(container: Py, item: Py): boolean {
  if (container instanceof PyDict || container instanceof PySet) return container.has(item)
  if (Array.isArray(container)) return container.some((each) => equals(each, item))
  if (container instanceof PyTuple) return container.items.some((each) => equals(each, item))
  if (typeof container !== 'string') return fail(`argument of type '${typeName(container)}' is not iterable`)
  if (typeof item === 'string') return container.includes(item)
  return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`)
}

/** The items of a `for` loop over the value. @throws PythonError */
export function iterate(value: Py): readonly Py[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return [...value]
  if (value instanceof PyTuple) return value.items
  if (value instanceof PyDict) return value.keys()
  if (value instanceof PySet) return value.items()
  return fail(`'${typeName(value)}' object is not iterable`)
}

/** `len(value)`. @throws PythonError */
export function len(value: Py): number {
  if (value === null || isNumber(value)) return fail(`object of type '${typeName(value)}' has no len()`)
  return iterate(value).length
}

/** `value[key]` of a `dict` or of any other value. @throws PythonError */
export function item(value: Py, key: Py): Py {
  if (value instanceof PyDict) return value.get(key) ?? missing(value, key)
  if (Array.isArray(value) || value instanceof PyTuple) return itemAt(value, key)
  if (typeof value === 'string')
    return typeof key === 'bigint'
      ? ([...value].at(Number(key)) ?? fail('string index out of range'))
      : fail(`string indices must be integers, not '${typeName(key)}'`)
  return fail(`'${typeName(value)}' object is not subscriptable`)
}

/** A `dict` may hold None, which is not a missing key. */
const missing = (value: PyDict, key: Py): Py => (value.has(key) ? null : fail(repr(key)))

function itemAt(value: readonly Py[] | PyTuple, key: Py): Py {
  const [items, name] = value instanceof PyTuple ? [value.items, 'tuple'] : [value, 'list']
  if (typeof key !== 'bigint' && typeof key !== 'boolean')
    return fail(`${name} indices must be integers or slices, not ${typeName(key)}`)
  const found = items.at(Number(key))
  return found === undefined ? fail(`${name} index out of range`) : found
}

/** `value[key] = item` @throws PythonError */
export function assign(value: Py, key: Py, given: Py): void {
  if (!(value instanceof PyDict)) fail(`'${typeName(value)}' object does not support item assignment`)
  else value.set(key, given)
}

/** The value as one that has the attribute. @throws PythonError for any other type */
export function textWith(value: Py, attribute: string): string {
  return typeof value === 'string' ? value : noAttribute(value, attribute)
}

export function dictWith(value: Py, attribute: string): PyDict {
  return value instanceof PyDict ? value : noAttribute(value, attribute)
}

export function listWith(value: Py, attribute: string): Py[] {
  return Array.isArray(value) ? value : noAttribute(value, attribute)
}

/** What reading an attribute raises that the value does not have. @throws PythonError */
export const noAttribute = (value: Py, attribute: string): never =>
  fail(`'${typeName(value)}' object has no attribute '${attribute}'`)

/** `separator.join(items)`. @throws PythonError */
export function join(separator: string, items: readonly Py[]): string {
  const at = items.findIndex((each) => typeof each !== 'string')
  if (at === -1) return items.join(separator)
  return fail(`sequence item ${at}: expected str instance, ${typeName(items[at] ?? null)} found`)
}

/** Ends of lines: with the separators of files, groups and records, which a literal may not hold. */
const LINE_END = new RegExp(`\r\n|[\n\r\v\f${String.fromCharCode(0x1c, 0x1d, 0x1e)}\u0085\u2028\u2029]`)

/** `text.splitlines()` */
export function splitLines(text: string): string[] {
  const lines = text.split(LINE_END)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** `text.rstrip('/')`; a pattern would take quadratic time. */
export function withoutEndSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end--
  return text.slice(0, end)
}

/** `text.split()` */
export const words = (text: string): readonly string[] => pythonSplit(text)

/** `float(value)`. @throws PythonError */
export function toFloat(value: Py): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return floatOfInt(value)
  if (typeof value !== 'string')
    return fail(`float() argument must be a string or a real number, not '${typeName(value)}'`)
  return floatOfText(value) ?? fail(`could not convert string to float: ${repr(value)}`)
}

export function floatOfInt(value: bigint): number {
  const float = Number(value)
  return Number.isFinite(float) ? float : fail('int too large to convert to float')
}

/** Without two ways to read the same digits, which would take quadratic time. */
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/

function floatOfText(text: string): number | null {
  const trimmed = pythonStrip(text)
  if (/^[+-]?(inf|infinity)$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/i.test(trimmed)) return Number.NaN
  return FLOAT.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : null
}

/** `int(value)`. @throws PythonError */
export function toInt(value: Py): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return intOfFloat(value)
  if (typeof value !== 'string')
    return fail(`int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`)
  const trimmed = pythonStrip(value)
  if (/^[+-]?\d+(_\d+)*$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, '').replaceAll('_', ''))
  return fail(`invalid literal for int() with base 10: ${repr(value)}`)
}

function intOfFloat(value: number): bigint {
  if (Number.isNaN(value)) return fail('cannot convert float NaN to integer')
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : fail('cannot convert float infinity to integer')
}
