import { fail } from './operations.ts'
import { type Py, typeName } from './value.ts'

/** Bits of a `float` as `mantissa * 2 ** exponent`, exactly. */
export function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  let [mantissa, exponent] = [value, 0]
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    exponent--
  }
  return { mantissa: BigInt(mantissa), exponent }
}

/** `round(value, digits)` of CPython: to the nearest, ties to even, of the exact binary value. @throws PythonError */
export function round(value: Py, digits: Py): Py {
  const number = typeof value === 'boolean' ? (value ? 1n : 0n) : value
  if (typeof number !== 'bigint' && typeof number !== 'number')
    return fail(`type ${typeName(value)} doesn't define __round__ method`)
  if (digits === null) return typeof number === 'bigint' ? number : wholeOf(number)
  const places = typeof digits === 'boolean' ? (digits ? 1n : 0n) : digits
  if (typeof places !== 'bigint') return fail(`'${typeName(digits)}' object cannot be interpreted as an integer`)
  return typeof number === 'bigint' ? roundInt(number, places) : roundFloat(number, places)
}

function wholeOf(value: number): bigint {
  if (Number.isNaN(value)) return fail('cannot convert float NaN to integer')
  if (!Number.isFinite(value)) return fail('cannot convert float infinity to integer')
  return BigInt(roundFloat(value, 0n))
}

/** Places before the point that no `int` of ours reaches. */
const MAX_PLACES = 100_000n

function roundInt(value: bigint, places: bigint): bigint {
  if (places >= 0n) return value
  if (places < -MAX_PLACES) return 0n
  const unit = 10n ** -places
  return nearest(value, unit) * unit
}

/** `value / unit` to the nearest integer, ties to the even one; `unit` is positive. */
export function nearest(value: bigint, unit: bigint): bigint {
  const size = value < 0n ? -value : value
  const [whole, rest] = [size / unit, size % unit]
  const isUp = rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n)
  const rounded = isUp ? whole + 1n : whole
  return value < 0n ? -rounded : rounded
}

/** Beyond these places CPython gives the value itself, or zero. */
const [MOST, LEAST] = [323n, -308n]

function roundFloat(value: number, places: bigint): number {
  if (!Number.isFinite(value) || value === 0 || places > MOST) return value
  if (places < LEAST) return value * 0
  const { mantissa, exponent } = partsOf(value)
  const [top, bottom] = scaled(mantissa, exponent, places)
  const whole = nearest(top, bottom)
  const rounded = Number(`${whole}e${-places}`)
  if (!Number.isFinite(rounded)) return fail('rounded value too large to represent')
  return rounded === 0 ? value * 0 : rounded
}

/** `mantissa * 2 ** exponent * 10 ** places` as a fraction. */
function scaled(mantissa: bigint, exponent: number, places: bigint): readonly [bigint, bigint] {
  const top = mantissa * (places > 0n ? 10n ** places : 1n)
  const bottom = (exponent < 0 ? 1n << BigInt(-exponent) : 1n) * (places < 0n ? 10n ** -places : 1n)
  return [exponent > 0 ? top << BigInt(exponent) : top, bottom]
}
