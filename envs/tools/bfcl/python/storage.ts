import type { Json, JsonObject } from '../../../../core/data/types.ts'
import { isList, isNumeric, isOrderedDict, itemsOf, numberOf, type Value } from '../../engine/python-number.ts'
import { type Py, PyDict, PyObject, PySet, PyTuple } from './value.ts'

/** An array index would move to the front of a plain object, and a name with `$` could be taken for a tag. */
const NOT_PLAIN_KEY = /^(\d|\$|__proto__$)/

/** A Python value as plain JSON, in which the types of numbers and the order of keys survive. */
export function toStorage(value: Py): Json {
  if (typeof value === 'bigint') return intToStorage(value)
  if (typeof value === 'number') return floatToStorage(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toStorage)
  if (value instanceof PyTuple) return { $tuple: value.items.map(toStorage) }
  if (value instanceof PySet) return { $set: value.items().map(toStorage) }
  if (value instanceof PyObject) return { $repr: value.repr }
  return dictToStorage(value)
}

const intToStorage = (value: bigint): Json => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : { $int: value.toString() }
}

function floatToStorage(value: number): Json {
  if (!Number.isFinite(value) || Object.is(value, -0)) return { $real: Object.is(value, -0) ? '-0' : String(value) }
  return Number.isInteger(value) ? { $float: value } : value
}

function dictToStorage(value: PyDict): Json {
  const entries = [...value.entries()].map(([key, item]) => [key, toStorage(item)] as const)
  const isPlain = entries.every(([key]) => typeof key === 'string' && !NOT_PLAIN_KEY.test(key))
  if (isPlain) return Object.fromEntries(entries.map(([key, item]) => [String(key), item]))
  return { $dict: entries.map(([key, item]) => [toStorage(key), item]) }
}

/** The second value, with the parts that it has in common with the first taken from there; the first where they are equal. */
export function sharing(before: Json, after: Json): Json {
  if (typeof after !== 'object' || after === null) return after
  if (typeof before !== 'object' || before === null) return after
  if (isJsonList(after)) return isJsonList(before) ? sharingList(before, after) : after
  return isJsonList(before) ? after : sharingDict(before, after)
}

const isJsonList = (value: Json): value is readonly Json[] => Array.isArray(value)

function sharingList(before: readonly Json[], after: readonly Json[]): Json {
  const items = after.map((item, at) => sharing(before[at] ?? null, item))
  return items.length === before.length && items.every((item, at) => Object.is(item, before[at])) ? before : items
}

/** Equal where the keys are in the same order too. */
function sharingDict(before: JsonObject, after: JsonObject): Json {
  const names = Object.keys(before)
  const fields = Object.entries(after).map(([name, item]) => [name, sharing(before[name] ?? null, item)] as const)
  const isSame =
    fields.length === names.length &&
    fields.every(([name, item], at) => name === names[at] && Object.is(item, before[name]))
  return isSame ? before : Object.fromEntries(fields)
}

/** The value that `toStorage` wrote, or that `readPythonJson` read; a new one, which may be changed in place. */
export function fromStorage(value: Value): Py {
  if (typeof value === 'number') return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(fromStorage)
  if (isNumeric(value)) return numberOf(value)
  return fromTagged(value)
}

function fromTagged(value: Exclude<Value, null | boolean | number | string | readonly Value[]>): Py {
  if (isOrderedDict(value)) return dictFrom(value.$dict)
  if (typeof value.$int === 'string') return BigInt(value.$int)
  if (typeof value.$real === 'string') return Number(value.$real)
  if (typeof value.$repr === 'string') return new PyObject(value.$repr)
  if (isList(value.$tuple)) return new PyTuple(value.$tuple.map(fromStorage))
  if (isList(value.$set)) return new PySet(value.$set.map(fromStorage))
  return dictFrom(itemsOf(value))
}

const dictFrom = (entries: readonly (readonly [Value, Value])[]): PyDict =>
  new PyDict(entries.map(([key, item]) => [fromStorage(key), fromStorage(item)] as const))
