import { fail } from './operations.ts'
import { nearest, partsOf } from './rounding.ts'
import { PyObject } from './value.ts'

/** `coefficient * 10 ** exponent` */
interface Decimal {
  readonly coefficient: bigint
  readonly exponent: number
}

/** Digits beyond which a root that has no end is not computed. */
const MAX_DIGITS = 20_000n

/**
 * `Decimal(value).sqrt()` with a precision of the given number of digits (General Decimal Arithmetic, rounded half to even).
 * @throws PythonError where the precision is out of range
 */
export function decimalRoot(value: bigint | number, precision: bigint): PyObject {
  if (BigInt.asIntN(64, precision) !== precision) return fail('Python int too large to convert to C ssize_t')
  if (precision < 1n || precision > 999_999_999_999_999_999n) return fail('valid range for prec is [1, MAX_PREC]')
  if (Number.isNaN(value)) return new PyObject("Decimal('NaN')")
  if (value === Infinity) return new PyObject("Decimal('Infinity')")
  const sign = Object.is(value, -0) ? '-' : ''
  const { coefficient, exponent } = decimalOf(value)
  const digits = Number(precision < MAX_DIGITS ? precision : MAX_DIGITS)
  const root = coefficient === 0n ? { coefficient, exponent: exponent >> 1 } : rootOf(coefficient, exponent, digits)
  return new PyObject(`Decimal('${sign}${textOf(root)}')`)
}

/** `Decimal(value)`, exactly. */
function decimalOf(value: bigint | number): Decimal {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 }
  const { mantissa, exponent } = partsOf(value)
  return { coefficient: mantissa * 5n ** BigInt(-exponent), exponent }
}

function rootOf(coefficient: bigint, exponent: number, digits: number): Decimal {
  const isOdd = (exponent & 1) === 1
  const length = coefficient.toString().length
  const shift = digits + 1 - (isOdd ? (length >> 1) + 1 : (length + 1) >> 1)
  const square = isOdd ? coefficient * 10n : coefficient
  const unit = 100n ** BigInt(Math.abs(shift))
  const scaled = shift >= 0 ? square * unit : square / unit
  const root = integerRoot(scaled)
  const isExact = root * root === scaled && (shift >= 0 || square % unit === 0n)
  if (!isExact)
    return rounded({ coefficient: root % 5n === 0n ? root + 1n : root, exponent: (exponent >> 1) - shift }, digits)
  const exact = shift >= 0 ? root / 10n ** BigInt(shift) : root * 10n ** BigInt(-shift)
  return rounded({ coefficient: exact, exponent: exponent >> 1 }, digits)
}

/** The largest integer whose square is not above the value, by Newton's method. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (let next = (root + value / root) >> 1n; next < root; next = (root + value / root) >> 1n) root = next
  return root
}

function rounded({ coefficient, exponent }: Decimal, digits: number): Decimal {
  const excess = coefficient.toString().length - digits
  if (excess <= 0) return { coefficient, exponent }
  const shorter = { coefficient: nearest(coefficient, 10n ** BigInt(excess)), exponent: exponent + excess }
  return shorter.coefficient.toString().length > digits ? rounded(shorter, digits) : shorter
}

/** Scientific notation where the exponent is positive or the value below 1e-6. */
function textOf({ coefficient, exponent }: Decimal): string {
  const digits = coefficient.toString()
  const point = exponent + digits.length
  if (exponent > 0 || point <= -6) return scientific(digits, point - 1)
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  return point >= digits.length ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
}

const scientific = (digits: string, exponent: number): string =>
  `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}E${exponent < 0 ? '' : '+'}${exponent}`
