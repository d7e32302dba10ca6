import { integerQuotient } from '../../../../core/cpython/division.ts'
import { complexPower } from './complex.ts'
import { positivePower } from './float-power.ts'
import { fail, floatOfInt, isNumber } from './operations.ts'
import { type Py, PyTuple, typeName } from './value.ts'

type Real = bigint | number

/** A number with `bool` as `int`; undefined for any other value. */
const realOf = (value: Py): Real | undefined =>
  typeof value === 'boolean'
    ? value
      ? 1n
      : 0n
    : typeof value === 'bigint' || typeof value === 'number'
      ? value
      : undefined

const floatOf = (value: Real): number => (typeof value === 'bigint' ? floatOfInt(value) : value)

const unsupported = (operator: string, a: Py, b: Py): never =>
  fail(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`)

/** `a + b`. @param operator as messages name it: `+=` for an assignment. @throws PythonError */
export function add(a: Py, b: Py, operator = '+'): Py {
  const [x, y] = [realOf(a), realOf(b)]
  if (x !== undefined && y !== undefined)
    return typeof x === 'bigint' && typeof y === 'bigint' ? x + y : floatOf(x) + floatOf(y)
  return concatenate(a, b, operator)
}

function concatenate(a: Py, b: Py, operator: string): Py {
  if (typeof a === 'string')
    return typeof b === 'string' ? a + b : fail(`can only concatenate str (not "${typeName(b)}") to str`)
  if (Array.isArray(a))
    return Array.isArray(b) ? [...a, ...b] : fail(`can only concatenate list (not "${typeName(b)}") to list`)
  if (a instanceof PyTuple)
    return b instanceof PyTuple
      ? new PyTuple([...a.items, ...b.items])
      : fail(`can only concatenate tuple (not "${typeName(b)}") to tuple`)
  return unsupported(operator, a, b)
}

/** `a - b`. @throws PythonError */
export function subtract(a: Py, b: Py, operator = '-'): Py {
  const [x, y] = [realOf(a), realOf(b)]
  if (x === undefined || y === undefined) return unsupported(operator, a, b)
  return typeof x === 'bigint' && typeof y === 'bigint' ? x - y : floatOf(x) - floatOf(y)
}

/** `a * b`, repetition of texts and lists included. @throws PythonError */
export function multiply(a: Py, b: Py): Py {
  const [x, y] = [realOf(a), realOf(b)]
  if (x !== undefined && y !== undefined)
    return typeof x === 'bigint' && typeof y === 'bigint' ? x * y : floatOf(x) * floatOf(y)
  if (isSequence(a)) return repeated(a, b)
  return isSequence(b) ? repeated(b, a) : unsupported('*', a, b)
}

type Sequence = string | Py[] | PyTuple

const isSequence = (value: Py): value is Sequence =>
  typeof value === 'string' || Array.isArray(value) || value instanceof PyTuple

const MAX_ITEMS = 10_000_000

function repeated(sequence: Sequence, by: Py): Py {
  const times = realOf(by)
  if (typeof times !== 'bigint') return fail(`can't multiply sequence by non-int of type '${typeName(by)}'`)
  const count = Number(times < 0n ? 0n : times)
  const length = sequence instanceof PyTuple ? sequence.items.length : sequence.length
  if (length * count > MAX_ITEMS) return fail('')
  if (typeof sequence === 'string') return sequence.repeat(count)
  const items = sequence instanceof PyTuple ? sequence.items : sequence
  const all = Array.from({ length: count }, () => items).flat()
  return sequence instanceof PyTuple ? new PyTuple(all) : all
}

/** `a / b`. @throws PythonError */
export function divide(a: Py, b: Py): Py {
  const [x, y] = [realOf(a), realOf(b)]
  if (x === undefined || y === undefined) return unsupported('/', a, b)
  if (typeof x === 'bigint' && typeof y === 'bigint') return intQuotient(x, y)
  const divisor = floatOf(y)
  return divisor === 0 ? fail('float division by zero') : floatOf(x) / divisor
}

function intQuotient(a: bigint, b: bigint): number {
  if (b === 0n) return fail('division by zero')
  const quotient = integerQuotient(a, b)
  return Number.isFinite(quotient) ? quotient : fail('integer division result too large for a float')
}

/** `a % b` of floats, with the sign of `b`. */
export function floatRemainder(a: number, b: number): number {
  const remainder = a % b
  return remainder !== 0 && b < 0 !== remainder < 0 ? remainder + b : remainder
}

/** `a ** b`. @throws PythonError */
export function power(a: Py, b: Py): Py {
  const [x, y] = [realOf(a), realOf(b)]
  if (x === undefined || y === undefined) return unsupported('** or pow()', a, b)
  if (typeof x === 'bigint' && typeof y === 'bigint' && y >= 0n) return intPower(x, y)
  return floatPower(floatOf(x), floatOf(y))
}

/** Beyond this, the result has more digits than CPython writes, and is not computed. */
const MAX_BITS = 20_000

/** A power too large to be written; it raises where it is, as the power itself would. */
const UNWRITABLE = 10n ** 4300n

function intPower(base: bigint, exponent: bigint): bigint {
  if (base === 0n || base === 1n || base === -1n) return exponent === 0n ? 1n : base ** (2n - (exponent % 2n))
  const bits = BigInt((base < 0n ? -base : base).toString(2).length - 1) * exponent
  return bits > BigInt(MAX_BITS) ? UNWRITABLE : base ** exponent
}

function floatPower(base: number, exponent: number): Py {
  if (base === 0 && exponent < 0 && Number.isFinite(exponent)) return fail('0.0 cannot be raised to a negative power')
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent))
    return complexPower(base, exponent)
  const value = realPower(base, exponent)
  const isOverflow = !Number.isFinite(value) && Number.isFinite(base) && Number.isFinite(exponent)
  return isOverflow ? fail("(34, 'Numerical result out of range')") : value
}

/** Of finite numbers, rounded to nearest. */
function realPower(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && !Number.isFinite(exponent))) return 1
  if (!Number.isFinite(base) || !Number.isFinite(exponent)) return base ** exponent
  const size = positivePower(Math.abs(base), exponent)
  return (base < 0 || Object.is(base, -0)) && Math.abs(exponent % 2) === 1 ? -size : size
}

/** `abs(value)`. @throws PythonError */
export function absolute(value: Py): Py {
  const real = realOf(value)
  if (real === undefined) return fail(`bad operand type for abs(): '${typeName(value)}'`)
  return typeof real === 'bigint' ? (real < 0n ? -real : real) : Math.abs(real)
}

/** `sum(values)`. @throws PythonError */
export const sum = (values: readonly Py[]): Py => values.reduce((total, value) => add(total, value), 0n as Py)

/** `isinstance(value, (int, float))` */
export const isReal = (value: Py): boolean => isNumber(value)
