import { PythonError } from '../../engine/python-error.ts'

/**
 * A Python value while a call runs: an `int` is a bigint, a `float` a number, a `list` an array that may be changed in
 * place.
 */
export type Py = null | boolean | string | bigint | number | Py[] | PyTuple | PyDict | PySet | PyObject

/** A Python `tuple`. */
export class PyTuple {
  readonly items: readonly Py[]
  constructor(items: readonly Py[]) {
    this.items = items
  }
}

/** A Python object of which only its `repr` matters, such as a `Decimal`: `json.dumps` refuses it. */
export class PyObject {
  readonly repr: string
  constructor(repr: string) {
    this.repr = repr
  }
}

/** A Python `dict`: keys of any hashable type, in order of insertion; 1, 1.0 and True are the same key. */
export class PyDict {
  readonly #entries = new Map<string, [Py, Py]>()

  constructor(entries: Iterable<readonly [Py, Py]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  /** @throws PythonError for a key that cannot be hashed */
  get(key: Py): Py | undefined {
    return this.#entries.get(hashKey(key))?.[1]
  }

  has(key: Py): boolean {
    return this.#entries.has(hashKey(key))
  }

  set(key: Py, value: Py): void {
    const known = this.#entries.get(hashKey(key))
    if (known) known[1] = value
    else this.#entries.set(hashKey(key), [key, value])
  }

  delete(key: Py): void {
    this.#entries.delete(hashKey(key))
  }

  keys(): Py[] {
    return [...this.#entries.values()].map(([key]) => key)
  }

  values(): Py[] {
    return [...this.#entries.values()].map(([, value]) => value)
  }

  entries(): IterableIterator<[Py, Py]> {
    return this.#entries.values()
  }

  get size(): number {
    return this.#entries.size
  }
}

/** A Python `set`; its order is that of insertion, which CPython's is not. */
export class PySet {
  readonly #items = new PyDict()

  constructor(items: Iterable<Py> = []) {
    for (const item of items) this.add(item)
  }

  add(item: Py): void {
    this.#items.set(item, null)
  }

  has(item: Py): boolean {
    return this.#items.has(item)
  }

  items(): Py[] {
    return this.#items.keys()
  }

  get size(): number {
    return this.#items.size
  }
}

/** A `dict` with text keys. */
export const dict = (fields: { readonly [key: string]: Py | undefined }): PyDict =>
  new PyDict(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])))

/** A text that is equal for two keys exactly where Python takes them for the same key. @throws PythonError */
export function hashKey(key: Py): string {
  if (typeof key === 'string') return `s${key}`
  if (key === null) return 'None'
  if (typeof key === 'boolean') return key ? 'n1' : 'n0'
  if (typeof key === 'bigint') return `n${key}`
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `f${key}`
  if (key instanceof PyTuple) return `t${JSON.stringify(key.items.map(hashKey))}`
  throw new PythonError(`unhashable type: '${typeName(key)}'`)
}

/** `type(value).__name__` */
export function typeName(value: Py): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (Array.isArray(value)) return 'list'
  if (value instanceof PyTuple) return 'tuple'
  if (value instanceof PySet) return 'set'
  return value instanceof PyDict ? 'dict' : 'object'
}
