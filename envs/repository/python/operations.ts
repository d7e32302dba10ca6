import { Unsupported } from './syntax.ts'
import { compare, equal, isTrue, itemsOf, keyOf, Raised, Tuple, type Value, whole } from './values.ts'

/** A binary operation of Python. @throws Raised, Unsupported */
export function binary(operator: string, left: Value, right: Value): Value {
  if (typeof left === 'boolean' || typeof right === 'boolean') throw new Unsupported('arithmetic with booleans')
  if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right)
  if (operator === '+') return joined(left, right)
  if (operator === '*' || (operator === '%' && typeof left === 'string'))
    throw new Unsupported(`${operator} of texts or lists`)
  throw new Raised('TypeError')
}

function arithmetic(operator: string, left: number, right: number): number {
  if (operator === '+') return whole(left + right)
  if (operator === '-') return whole(left - right)
  if (operator === '*') return whole(left * right)
  if (right === 0) throw new Raised('ZeroDivisionError')
  const rest = ((left % right) + right) % right
  return whole(operator === '%' ? rest : (left - rest) / right)
}

function joined(left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') return left + right
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items])
  throw new Raised('TypeError')
}

export function comparison(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case 'in':
      return contains(right, left)
    case 'not in':
      return !contains(right, left)
    case '<':
      return compare(left, right) < 0
    case '<=':
      return compare(left, right) <= 0
    case '>':
      return compare(left, right) > 0
    default:
      return compare(left, right) >= 0
  }
}

function contains(whole: Value, part: Value): boolean {
  if (whole instanceof Map) return whole.has(keyOf(part))
  if (typeof whole !== 'string') return itemsOf(whole).some((item) => equal(item, part))
  if (typeof part !== 'string') throw new Raised('TypeError')
  return whole.includes(part)
}

export function negated(value: Value): Value {
  if (typeof value === 'number') return whole(-value)
  if (typeof value === 'boolean') throw new Unsupported('arithmetic with booleans')
  throw new Raised('TypeError')
}

/** `object[index]`. */
export function itemAt(object: Value, index: Value): Value {
  if (object instanceof Map) {
    const found = object.get(keyOf(index))
    if (found === undefined) throw new Raised('KeyError')
    return found
  }
  const items = sequence(object)
  const found = items[placeIn(items, index)]
  if (found === undefined) throw new Raised('IndexError')
  return found
}

/** The position that an index means, which may be outside. */
export function placeIn(items: { readonly length: number }, index: Value): number {
  if (typeof index === 'boolean') throw new Unsupported('a boolean as an index')
  if (typeof index !== 'number') throw new Raised('TypeError')
  return index < 0 ? index + items.length : index
}

function sequence(value: Value): readonly Value[] | string {
  if (Array.isArray(value) || typeof value === 'string') return value
  if (value instanceof Tuple) return value.items
  throw new Raised('TypeError')
}

/** `object[from:to]`. */
export function sliceOf(object: Value, from: Value, to: Value): Value {
  const items = sequence(object)
  const bound = (value: Value, standard: number): number =>
    value === null ? standard : Math.max(0, placeIn(items, value))
  const [start, end] = [bound(from, 0), bound(to, items.length)]
  if (typeof items === 'string') return items.slice(start, Math.max(start, end))
  const part = items.slice(start, Math.max(start, end))
  return object instanceof Tuple ? new Tuple(part) : part
}

export const logical = (operator: string, left: Value, right: () => Value): Value =>
  isTrue(left) === (operator === 'or') ? left : right()
