/** A Python `float`: also one that holds an integer, which a plain JavaScript number would show as an `int`. */
export class PythonFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A Python `tuple`. */
export class PythonTuple {
  readonly items: readonly PythonValue[]
  constructor(...items: readonly PythonValue[]) {
    this.items = items
  }
}

/**
 * What `pythonRepr` and `pythonJsonDumps` write. An integral number is an `int`, any other a `float`; a `dict` is an
 * object or, where keys look like array indices (which objects put first), a Map.
 */
export type PythonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PythonFloat
  | PythonTuple
  | readonly PythonValue[]
  | PythonDict

export type PythonDict = ReadonlyMap<string, PythonValue> | { readonly [key: string]: PythonValue }

/** What a value is to Python. */
export type PythonKind =
  | { readonly type: 'None' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly PythonValue[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [string, PythonValue])[] }

export function kindOf(value: PythonValue): PythonKind {
  if (value === null) return { type: 'None' }
  if (typeof value === 'string') return { type: 'str', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'bigint') return { type: 'int', value }
  if (typeof value === 'number') return isInt(value) ? { type: 'int', value } : { type: 'float', value }
  if (value instanceof PythonFloat) return { type: 'float', value: value.value }
  if (value instanceof PythonTuple) return { type: 'tuple', items: value.items }
  if (isList(value)) return { type: 'list', items: value }
  return { type: 'dict', entries: isMap(value) ? [...value] : Object.entries(value) }
}

/** Digits of an `int`, without an exponent. */
export const intDigits = (value: number | bigint): string => BigInt(value).toString()

/** Python's only zero with a sign is a float. */
const isInt = (value: number): boolean => Number.isInteger(value) && !Object.is(value, -0)
const isList = (value: readonly PythonValue[] | PythonDict): value is readonly PythonValue[] => Array.isArray(value)
const isMap = (value: PythonDict): value is ReadonlyMap<string, PythonValue> => value instanceof Map
