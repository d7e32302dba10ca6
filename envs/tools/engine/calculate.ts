import { integerQuotient } from '../../../core/cpython/division.ts'
import { pythonFloat } from '../../../core/cpython/repr.ts'
import { type Expression, parseExpression } from './expression.ts'
import { PythonError } from './python-error.ts'
import { centsOf } from './python-number.ts'

/** A Python value of an arithmetic expression. */
type Result =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'complex' }
  | { readonly type: 'tuple' }

type Real = Extract<Result, { readonly type: 'int' | 'float' }>

/** Bits of an intermediate `int`; CPython has no bound, but nothing beyond fits into a `float`. */
const MAX_BITS = 1 << 16

/**
 * `str(round(float(eval(expression)), 2))` of CPython 3.11 for expressions of digits, + - * / ( ) . and spaces, or
 * `Error: {message}` with its error texts: both domains of tau-bench have this tool. `x ** y` of floats may differ in
 * the last digit, where C libraries do.
 */
export function calculate(expression: string): string {
  if (!/^[0-9+\-*/(). ]*$/.test(expression)) return 'Error: invalid characters in expression'
  try {
    return pythonFloat(centsOf(floatOf(evaluate(parseExpression(expression)))))
  } catch (thrown) {
    if (thrown instanceof PythonError) return `Error: ${thrown.message}`
    throw thrown
  }
}

function evaluate(expression: Expression): Result {
  switch (expression.kind) {
    case 'int':
      return { type: 'int', value: expression.value }
    case 'float':
      return { type: 'float', value: expression.value }
    case 'tuple':
      return { type: 'tuple' }
    case 'sign':
      return signed(expression.operator, evaluate(expression.operand))
    case 'binary':
      return binary(expression.operator, evaluate(expression.left), evaluate(expression.right))
    case 'call':
      return called(expression.callee, expression.argument)
  }
}

function called(callee: Expression, argument: Expression | null): never {
  const { type } = evaluate(callee)
  if (argument) evaluate(argument)
  throw new PythonError(`'${type}' object is not callable`)
}

function signed(operator: string, value: Result): Result {
  if (value.type === 'tuple') throw new PythonError(`bad operand type for unary ${operator}: 'tuple'`)
  if (operator === '+' || value.type === 'complex') return value
  return value.type === 'int' ? { type: 'int', value: -value.value } : { type: 'float', value: -value.value }
}

function binary(operator: string, a: Result, b: Result): Result {
  if (a.type === 'tuple' || b.type === 'tuple') return ofTuples(operator, a, b)
  if (a.type === 'complex' || b.type === 'complex') return ofComplex(operator, a, b)
  if (operator === '**') return power(a, b)
  if (operator === '/') return { type: 'float', value: quotient(a, b) }
  if (a.type === 'int' && b.type === 'int') return { type: 'int', value: bounded(ofInts(operator, a.value, b.value)) }
  return { type: 'float', value: ofFloats(operator, floatOf(a), floatOf(b)) }
}

function floatOf(value: Result): number {
  if (value.type === 'float') return value.value
  if (value.type !== 'int')
    throw new PythonError(`float() argument must be a string or a real number, not '${value.type}'`)
  const float = Number(value.value)
  if (Number.isFinite(float)) return float
  throw new PythonError('int too large to convert to float')
}

function ofTuples(operator: string, a: Result, b: Result): Result {
  if (operator === '+' && a.type === 'tuple') {
    if (b.type === 'tuple') return a
    throw new PythonError(`can only concatenate tuple (not "${b.type}") to tuple`)
  }
  if (operator === '*') {
    const other = a.type === 'tuple' ? b : a
    if (other.type === 'int') return { type: 'tuple' }
    throw new PythonError(`can't multiply sequence by non-int of type '${other.type}'`)
  }
  throw unsupported(operator, a, b)
}

/** Whatever follows, the result has no `float`. */
function ofComplex(operator: string, a: Result, b: Result): Result {
  if (operator === '//') throw unsupported(operator, a, b)
  if (operator === '/' && b.type !== 'complex' && isZero(b)) throw new PythonError('complex division by zero')
  return { type: 'complex' }
}

const isZero = (value: Result): boolean => 'value' in value && Number(value.value) === 0

const unsupported = (operator: string, a: Result, b: Result): PythonError => {
  const name = operator === '**' ? '** or pow()' : operator
  return new PythonError(`unsupported operand type(s) for ${name}: '${a.type}' and '${b.type}'`)
}

function ofInts(operator: string, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0n) throw new PythonError('integer division or modulo by zero')
  const truncated = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? truncated - 1n : truncated
}

function ofFloats(operator: string, a: number, b: number): number {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0) throw new PythonError('float floor division by zero')
  return floorQuotient(a, b)
}

/** As CPython: the remainder is taken off first, so that the quotient is nearly integral. */
function floorQuotient(a: number, b: number): number {
  const remainder = a % b
  const quotient = (a - remainder) / b - (remainder !== 0 && b < 0 !== remainder < 0 ? 1 : 0)
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** `a / b`; of two `int`s the correctly rounded quotient. */
function quotient(a: Real, b: Real): number {
  if (a.type === 'int' && b.type === 'int') return intQuotient(a.value, b.value)
  const [dividend, divisor] = [floatOf(a), floatOf(b)]
  if (divisor === 0) throw new PythonError('float division by zero')
  return dividend / divisor
}

function intQuotient(a: bigint, b: bigint): number {
  if (b === 0n) throw new PythonError('division by zero')
  const quotient = integerQuotient(a, b)
  if (!Number.isFinite(quotient)) throw new PythonError('integer division result too large for a float')
  return quotient
}

function power(a: Real, b: Real): Result {
  if (a.type === 'int' && b.type === 'int' && b.value >= 0n) return { type: 'int', value: intPower(a.value, b.value) }
  const [base, exponent] = [floatOf(a), floatOf(b)]
  if (base === 0 && exponent < 0) throw new PythonError('0.0 cannot be raised to a negative power')
  if (base < 0 && !Number.isInteger(exponent)) return { type: 'complex' }
  const value = base ** exponent
  if (Number.isFinite(value)) return { type: 'float', value }
  throw new PythonError("(34, 'Numerical result out of range')")
}

function intPower(base: bigint, exponent: bigint): bigint {
  const isUnit = base === 0n || base === 1n || base === -1n
  if (!isUnit && BigInt(base.toString(2).length - 1) * exponent > BigInt(MAX_BITS)) throw tooLarge()
  return isUnit ? base ** (exponent > 1n ? 2n - (exponent % 2n) : exponent) : base ** exponent
}

function bounded(value: bigint): bigint {
  if (value.toString(16).length * 4 > MAX_BITS) throw tooLarge()
  return value
}

const tooLarge = (): PythonError => new PythonError('int too large to convert to float')
