import { pythonEquals } from '../../../core/cpython/equality.ts'
import { pythonRepr } from '../../../core/cpython/repr.ts'
import {
  isFloat,
  isList,
  isNumeric,
  isOrderedDict,
  itemsOf,
  type Numeric,
  type OrderedDict,
  plainJson,
  type Value,
} from './python-number.ts'

/** What a Python tool would raise; the message is `str(error)`. */
export class PythonError extends Error {}

/** `type(value).__name__` */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'str'
  if (isNumeric(value)) return isFloat(value) ? 'float' : 'int'
  return isList(value) ? 'list' : 'dict'
}

/** A value used as a key of a `dict` with text keys; null for a key that no such `dict` has. @throws PythonError */
export function keyOf(value: Value): string | null {
  if (typeof value === 'string') return value
  if (value !== null && typeof value === 'object' && !isNumeric(value))
    throw new PythonError(`unhashable type: '${typeName(value)}'`)
  return null
}

/** `value.lower()`. @throws PythonError */
export function lower(value: Value): string {
  if (typeof value === 'string') return value.toLowerCase()
  throw new PythonError(`'${typeName(value)}' object has no attribute 'lower'`)
}

/** The items of a `for` loop over the value. @throws PythonError */
export function iterate(value: Value): readonly Value[] {
  if (isList(value)) return value
  if (typeof value === 'string') return [...value]
  if (isDict(value)) return itemsOf(value).map(([key]) => key)
  throw new PythonError(`'${typeName(value)}' object is not iterable`)
}

/** `len(value)`. @throws PythonError */
export function lengthOf(value: Value): number {
  if (isList(value)) return value.length
  if (typeof value === 'string') return [...value].length
  if (isDict(value)) return itemsOf(value).length
  throw new PythonError(`object of type '${typeName(value)}' has no len()`)
}

/** `value[name]`. @throws PythonError */
export function field(value: Value, name: string): Value {
  if (isDict(value)) {
    const item = entryOf(value, name)
    if (item === undefined) throw new PythonError(pythonRepr(name))
    return item
  }
  if (typeof value === 'string') throw new PythonError("string indices must be integers, not 'str'")
  if (isList(value)) throw new PythonError('list indices must be integers or slices, not str')
  throw new PythonError(`'${typeName(value)}' object is not subscriptable`)
}

/** The right operand of arithmetic with an `int` on the left. @throws PythonError */
export function operand(value: Value, operator: string): Numeric {
  return numericOf(value) ?? fail(`unsupported operand type(s) for ${operator}: 'int' and '${typeName(value)}'`)
}

/** The left operand of arithmetic with an `int` on the right. @throws PythonError */
export function leftOperand(value: Value, operator: string): Numeric {
  return numericOf(value) ?? fail(`unsupported operand type(s) for ${operator}: '${typeName(value)}' and 'int'`)
}

/** The left operand of `<` with an `int` on the right. @throws PythonError */
export const comparable = (value: Value): Numeric =>
  numericOf(value) ?? fail(`'<' not supported between instances of '${typeName(value)}' and 'int'`)

function numericOf(value: Value): Numeric | null {
  if (typeof value === 'boolean') return Number(value)
  return isNumeric(value) ? value : null
}

const fail = (message: string): never => {
  throw new PythonError(message)
}

/** `a == b` */
export const isEqual = (a: Value, b: Value): boolean => pythonEquals(plainJson(a), plainJson(b))

/** A `dict`, in either of its forms. */
export type Dict = OrderedDict | { readonly [key: string]: Value }

export const isDict = (value: Value): value is Dict =>
  typeof value === 'object' && value !== null && !isList(value) && !isNumeric(value)

/** `dict.get(key)`; undefined where there is no such key. */
export function entryOf(dict: Dict, key: string): Value | undefined {
  if (isOrderedDict(dict)) return dict.$dict.find(([name]) => name === key)?.[1]
  return Object.hasOwn(dict, key) ? dict[key] : undefined
}

const pascal = (name: string): string => name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())

/** Binding of keyword arguments to a tool's parameters. @throws PythonError as calling `Tool.invoke` raises TypeError */
export function expectArguments(tool: string, given: readonly string[], names: readonly string[]): void {
  const method = `${pascal(tool)}.invoke()`
  const stranger = given.find((name) => !names.includes(name))
  if (stranger !== undefined) throw new PythonError(`${method} got an unexpected keyword argument '${stranger}'`)
  const missing = names.filter((name) => !given.includes(name))
  if (missing.length === 0) return
  const plural = missing.length > 1 ? 's' : ''
  throw new PythonError(`${method} missing ${missing.length} required positional argument${plural}: ${listed(missing)}`)
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  if (quoted.length < 3) return quoted.join(' and ')
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`
}
