import { Unsupported } from './syntax.ts'

/** A tuple. */
export class Tuple {
  readonly items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.items = items
  }
}

/** A function of a module, a built-in one, or a lambda. */
export class Callable {
  readonly call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value
  constructor(call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value) {
    this.call = call
  }
}

/** A value of a program: numbers are whole. */
export type Value = null | boolean | number | string | Value[] | Map<string | number, Value> | Tuple | Callable

/** An exception that Python raises at this place. */
export class Raised extends Error {}

export const isTrue = (value: Value): boolean => {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (value instanceof Tuple) return value.items.length > 0
  return value instanceof Callable || Boolean(value)
}

/** `==` of Python, where no boolean is compared with a number. */
export function equal(left: Value, right: Value): boolean {
  if (Array.isArray(left) && Array.isArray(right)) return equalItems(left, right)
  if (left instanceof Tuple && right instanceof Tuple) return equalItems(left.items, right.items)
  if (left instanceof Map && right instanceof Map)
    return (
      left.size === right.size &&
      [...left].every(([key, item]) => right.has(key) && equal(item, right.get(key) ?? null))
    )
  const isMixed =
    typeof left === 'boolean' ? typeof right === 'number' : typeof right === 'boolean' && typeof left === 'number'
  if (isMixed) throw new Unsupported('a boolean and a number')
  return left === right
}

const equalItems = (left: readonly Value[], right: readonly Value[]): boolean =>
  left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null))

/** Negative, 0 or positive, as Python orders two values of one kind. @throws Raised where it does not */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right)
  if (Array.isArray(left) && Array.isArray(right)) return compareItems(left, right)
  if (left instanceof Tuple && right instanceof Tuple) return compareItems(left.items, right.items)
  if (typeof left === 'boolean' || typeof right === 'boolean') throw new Unsupported('an order of booleans')
  throw new Raised('TypeError')
}

function compareItems(left: readonly Value[], right: readonly Value[]): number {
  for (const [at, item] of left.entries()) {
    const other = right[at]
    if (other === undefined) return 1
    if (!equal(item, other)) return compare(item, other)
  }
  return left.length - right.length
}

/** Items in their order. @throws Raised for what has none */
export function itemsOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return [...value]
  if (typeof value === 'string') return [...value]
  if (value instanceof Map) return [...value.keys()]
  if (value instanceof Tuple) return value.items
  throw new Raised('TypeError')
}

/** A number that doubles hold exactly. */
export function whole(value: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  throw new Unsupported('a number of more than 53 bits')
}

export function keyOf(value: Value): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value
  if (Array.isArray(value) || value instanceof Map) throw new Raised('TypeError')
  throw new Unsupported('a key that is neither a text nor a number')
}

/** A value that nothing else changes. */
export function copied(value: Value): Value {
  if (Array.isArray(value)) return value.map(copied)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copied(item)]))
  return value
}

/** The value as Python writes it. @throws Unsupported for functions */
export function pythonText(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (value instanceof Map)
    return `{${[...value].map(([key, item]) => `${pythonText(key)}: ${pythonText(item)}`).join(', ')}}`
  if (value instanceof Tuple) return `(${value.items.map(pythonText).join(', ')}${value.items.length === 1 ? ',' : ''})`
  throw new Unsupported('a function as a value')
}
