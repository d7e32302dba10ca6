import {
  type BinaryFloat,
  binaryFloat,
  bitLength,
  bitsOfDigits,
  decimalText,
  type Finite,
  finite,
  product,
  quotient,
  rounded,
  shownDigits,
  total,
  ZERO,
} from './binary-float.ts'
import { fail } from './operations.ts'
import { repr } from './text.ts'
import { type Py, PyObject } from './value.ts'

/** Real and imaginary part; a logarithm of a negative number has the imaginary part pi. */
type Complex = { readonly real: BinaryFloat; readonly imaginary: BinaryFloat | null }

/** Digits beyond which nothing is computed. */
const MAX_DIGITS = 5000
/** No `int` of CPython holds as many. */
const TOO_MANY_DIGITS = 20_800_000_000_000_000_000n

/**
 * `mpmath.log(value) / mpmath.log(base)` with the given number of digits, as mpmath 1.3 shows it: both logarithms and their
 * quotient rounded to nearest.
 * @throws PythonError where a value is not a number, or the base is 1
 */
export function logarithmRatio(value: Py, base: Py, digits: bigint): PyObject {
  const bits = bitsOfDigits(Math.min(Math.max(Number(digits), -2), MAX_DIGITS))
  const top = ln(parsed(value, bits), bits)
  if (digits >= TOO_MANY_DIGITS) return fail('too many digits in integer')
  const bottom = ln(parsed(base, bits), bits)
  if (digits > BigInt(MAX_DIGITS)) return fail('')
  return shown(ratio(top, bottom, bits), shownDigits(bits))
}

const shown = ({ real, imaginary }: Complex, digits: number): PyObject =>
  imaginary === null
    ? new PyObject(`mpf('${decimalText(real, digits)}')`)
    : new PyObject(`mpc(real='${decimalText(real, digits)}', imag='${decimalText(imaginary, digits)}')`)

/** A number as mpmath reads it, also from text. @throws PythonError */
function parsed(value: Py, bits: number): BinaryFloat {
  if (typeof value === 'boolean') return binaryFloat(value ? 1n : 0n)
  if (typeof value === 'bigint' || typeof value === 'number') return binaryFloat(value)
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return (
    SPECIAL.get(text) ??
    fractionIn(text, bits) ??
    decimalIn(text, bits) ??
    fail(`cannot create mpf from ${repr(value)}`)
  )
}

const SPECIAL: ReadonlyMap<string, BinaryFloat> = new Map([
  ['inf', { kind: 'inf' }],
  ['+inf', { kind: 'inf' }],
  ['-inf', { kind: '-inf' }],
  ['nan', { kind: 'nan' }],
])

const FRACTION = /^([+-]?\d+(?:_\d+)*)\s*\/\s*([+-]?\d+(?:_\d+)*)$/
const DECIMAL = /^([+-]?)((?:\d+(?:_\d+)*)?)(?:\.((?:\d+(?:_\d+)*)?))?(?:e([+-]?\d{1,4}))?l?$/
const withoutUnderscores = (digits: string): string => digits.replaceAll('_', '')

function fractionIn(text: string, bits: number): Finite | null {
  const [, top, bottom] = FRACTION.exec(text) ?? []
  if (top === undefined || bottom === undefined) return null
  const [numerator, denominator] = [BigInt(withoutUnderscores(top)), BigInt(withoutUnderscores(bottom))]
  if (denominator === 0n) return fail('')
  const isNegative = denominator < 0n
  return quotient(
    finite(isNegative ? -numerator : numerator, 0),
    finite(isNegative ? -denominator : denominator, 0),
    bits,
  )
}

function decimalIn(text: string, bits: number): Finite | null {
  const [, sign, ...parts] = DECIMAL.exec(text) ?? []
  const [whole, fraction] = parts.slice(0, 2).map((digits = '') => withoutUnderscores(digits))
  if (sign === undefined || whole === undefined || fraction === undefined || whole + fraction === '') return null
  const exponent = Number(parts[2] ?? '0') - fraction.length
  const mantissa = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) * 10n ** BigInt(Math.max(exponent, 0))
  return quotient(finite(mantissa, 0), finite(10n ** BigInt(Math.max(-exponent, 0)), 0), bits)
}

/** Natural logarithm, to the given number of bits. */
function ln(value: BinaryFloat, bits: number): Complex {
  if (value.kind !== 'finite')
    return {
      real: value.kind === '-inf' ? { kind: 'inf' } : value,
      imaginary: value.kind === '-inf' ? piTo(bits) : null,
    }
  if (value.mantissa === 0n) return { real: { kind: '-inf' }, imaginary: null }
  const isNegative = value.mantissa < 0n
  const size = isNegative ? finite(-value.mantissa, value.exponent) : value
  return { real: lnOfPositive(size, bits), imaginary: isNegative ? piTo(bits) : null }
}

function lnOfPositive(value: Finite, bits: number): Finite {
  const point = bits + 64 + bitLength(value.mantissa)
  const sum = fixedLn(value, point)
  return sum === 0n ? ZERO : rounded(finite(sum, -point), bits)
}

/**
 * ln of a positive number with `point` bits after the point: ln(m 2^k) = ln m + k ln 2 with m from 3/4 to 3/2.
 */
export function fixedLn({ mantissa, exponent }: Finite, point: number): bigint {
  const length = bitLength(mantissa)
  const fixed = mantissa << BigInt(point - length)
  const isBelow = fixed < 3n << BigInt(point - 2)
  const [m, k] = isBelow ? [fixed << 1n, exponent + length - 1] : [fixed, exponent + length]
  const one = 1n << BigInt(point)
  return 2n * atanh(m - one, m + one, point) + BigInt(k) * 2n * atanh(1n, 3n, point)
}

/** atanh(top / bottom) = sum of x^(2n+1) / (2n+1), with `point` bits after the point. */
function atanh(top: bigint, bottom: bigint, point: number): bigint {
  const x = (top << BigInt(point)) / bottom
  const square = (x * x) >> BigInt(point)
  let [power, sum] = [x, 0n]
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n
    power = (power * square) >> BigInt(point)
  }
  return sum
}

/** pi = 16 atan(1/5) - 4 atan(1/239) (Machin). */
function piTo(bits: number): Finite {
  const point = bits + 64
  return rounded(finite(16n * arctan(5n, point) - 4n * arctan(239n, point), -point), bits)
}

function arctan(inverse: bigint, point: number): bigint {
  let [power, sum] = [(1n << BigInt(point)) / inverse, 0n]
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += n % 4n === 1n ? power / n : -(power / n)
    power /= inverse * inverse
  }
  return sum
}

function ratio(top: Complex, bottom: Complex, bits: number): Complex {
  const [a, c] = [top.real, bottom.real]
  if (a.kind !== 'finite' || c.kind !== 'finite') return special(top, bottom, bits)
  const [b, d] = [finiteOrNull(top.imaginary), finiteOrNull(bottom.imaginary)]
  return d === null ? realQuotient(a, b, c, bits) : complexQuotient(a, b, c, d, bits)
}

const finiteOrNull = (value: BinaryFloat | null): Finite | null => (value?.kind === 'finite' ? value : null)

function realQuotient(a: Finite, b: Finite | null, bottom: Finite, bits: number): Complex {
  if (bottom.mantissa === 0n) return fail('')
  const part = (value: Finite): Finite => (value.mantissa === 0n ? ZERO : quotient(value, bottom, bits))
  return { real: part(a), imaginary: b && part(b) }
}

/** (a + bi) / (c + di), with ten more bits in between, as mpmath computes it. */
function complexQuotient(a: Finite, b: Finite | null, c: Finite, d: Finite, bits: number): Complex {
  const size = rounded(total(product(c, c), product(d, d)), bits + 10)
  const minus = ({ mantissa, exponent }: Finite): Finite => finite(-mantissa, exponent)
  const part = (value: Finite): Finite =>
    value.mantissa === 0n ? ZERO : quotient(b ? rounded(value, bits + 10) : value, size, bits)
  const real = b ? total(product(a, c), product(b, d)) : product(a, c)
  const imaginary = b ? total(product(b, c), minus(product(a, d))) : minus(product(a, d))
  return { real: part(real), imaginary: part(imaginary) }
}

/** Quotients with a logarithm that is not finite, as mpmath has them. */
const special = (top: Complex, bottom: Complex, bits: number): Complex =>
  bottom.imaginary === null ? byReal(top, bottom.real, bits) : byComplex(top, bottom.real)

function byReal({ real, imaginary }: Complex, by: BinaryFloat, bits: number): Complex {
  if (by.kind === 'finite' && by.mantissa === 0n) return fail('')
  return { real: overReal(real, by, bits), imaginary: imaginary && overReal(imaginary, by, bits) }
}

function overReal(value: BinaryFloat, by: BinaryFloat, bits: number): BinaryFloat {
  if (value.kind === 'finite') {
    if (by.kind === 'finite') return quotient(value, by, bits)
    return by.kind === 'nan' ? NAN : ZERO
  }
  if (value.kind === 'nan' || by.kind !== 'finite') return NAN
  return infinite((value.kind === 'inf') === by.mantissa > 0n)
}

/** @param by real part; the imaginary one is pi */
function byComplex({ real, imaginary }: Complex, by: BinaryFloat): Complex {
  if (by.kind !== 'finite') return { real: NAN, imaginary: real.kind === 'finite' && imaginary === null ? ZERO : NAN }
  if (real.kind === 'nan') return { real: NAN, imaginary: NAN }
  const isPositive = real.kind === 'inf'
  return {
    real: by.mantissa === 0n ? NAN : infinite(isPositive === by.mantissa > 0n),
    imaginary: infinite(!isPositive),
  }
}

const NAN: BinaryFloat = { kind: 'nan' }
const infinite = (isPositive: boolean): BinaryFloat => ({ kind: isPositive ? 'inf' : '-inf' })
