import { nearest, partsOf } from './rounding.ts'

/** A real number of any precision, `mantissa * 2 ** exponent`, or anything that is not a number. */
export type BinaryFloat =
  | { readonly kind: 'finite'; readonly mantissa: bigint; readonly exponent: number }
  | { readonly kind: 'inf' | '-inf' | 'nan' }

export type Finite = Extract<BinaryFloat, { readonly kind: 'finite' }>

export const finite = (mantissa: bigint, exponent: number): Finite => ({ kind: 'finite', mantissa, exponent })

export const ZERO = finite(0n, 0)

export const bitLength = (value: bigint): number =>
  value === 0n ? 0 : (value < 0n ? -value : value).toString(2).length

export function binaryFloat(value: bigint | number): BinaryFloat {
  if (typeof value === 'bigint') return finite(value, 0)
  if (Number.isNaN(value)) return { kind: 'nan' }
  if (!Number.isFinite(value)) return { kind: value > 0 ? 'inf' : '-inf' }
  const { mantissa, exponent } = partsOf(value)
  return finite(mantissa, exponent)
}

/** The nearest number with the given number of bits, ties to even. */
export function rounded({ mantissa, exponent }: Finite, bits: number): Finite {
  const excess = bitLength(mantissa) - bits
  if (excess <= 0) return finite(mantissa, exponent)
  return finite(nearest(mantissa, 1n << BigInt(excess)), exponent + excess)
}

/** `top / bottom` to the given number of bits; a sticky last bit leaves a single rounding. */
export function quotient(top: Finite, bottom: Finite, bits: number): Finite {
  const isNegative = top.mantissa < 0n !== bottom.mantissa < 0n
  const [a, b] = [size(top.mantissa), size(bottom.mantissa)]
  const shift = Math.max(0, bits + 4 + bitLength(b) - bitLength(a))
  const scaled = a << BigInt(shift)
  const whole = scaled / b
  const sticky = (whole << 1n) | (scaled % b === 0n ? 0n : 1n)
  return rounded(finite(isNegative ? -sticky : sticky, top.exponent - bottom.exponent - shift - 1), bits)
}

const size = (value: bigint): bigint => (value < 0n ? -value : value)

export const product = (a: Finite, b: Finite): Finite => finite(a.mantissa * b.mantissa, a.exponent + b.exponent)

export function total(a: Finite, b: Finite): Finite {
  const exponent = Math.min(a.exponent, b.exponent)
  const mantissa = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent))
  return finite(mantissa, exponent)
}

/** Bits of a decimal digit. */
const DIGIT_BITS = 3.3219280948873626

export const bitsOfDigits = (digits: number): number => Math.max(1, roundHalfEven((digits + 1) * DIGIT_BITS))

/** Decimal digits that mpmath shows of a number with the given number of bits. */
export function shownDigits(bits: number): number {
  const digits = Math.max(1, roundHalfEven(bits / DIGIT_BITS - 1))
  return digits === 15 ? 17 : digits + 3
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
}

/** Decimal text with at most the given number of digits, as mpmath's `to_str` writes it. */
export function decimalText(value: BinaryFloat, digits: number): string {
  if (value.kind !== 'finite') return value.kind === 'inf' ? '+inf' : value.kind
  if (value.mantissa === 0n) return '0.0'
  const { text, exponent } = roundedDigits(digitsOf(value, digits + 3), digits)
  const sign = value.mantissa < 0n ? '-' : ''
  const isFixed = Math.min(-Math.floor(digits / 3), -5) < exponent && exponent < digits
  if (!isFixed) return `${sign}${withPoint(text, 1)}${exponent === 0 ? '' : `e${exponent > 0 ? '+' : ''}${exponent}`}`
  if (exponent < 0) return sign + withPoint('0'.repeat(-exponent) + text, 1)
  return sign + withPoint(text.padEnd(exponent + 1, '0'), exponent + 1)
}

function withPoint(digits: string, split: number): string {
  const text = `${digits.slice(0, split)}.${digits.slice(split)}`.replace(/0+$/, '')
  return text.endsWith('.') ? `${text}0` : text
}

interface Digits {
  readonly text: string
  /** Of ten, of the first digit. */
  readonly exponent: number
}

/** At least the given number of digits of the absolute value, truncated. */
function digitsOf({ mantissa, exponent }: Finite, digits: number): Digits {
  const size = mantissa < 0n ? -mantissa : mantissa
  const bits = Math.trunc(digits * DIGIT_BITS) + 10
  const fixedBits = Math.max(bits - exponent - bitLength(size), 0)
  const places = Math.trunc(fixedBits / DIGIT_BITS + 0.5)
  const offset = exponent + fixedBits
  const fixed = offset >= 0 ? size << BigInt(offset) : size >> BigInt(-offset)
  const text = ((fixed * 10n ** BigInt(places)) >> BigInt(fixedBits)).toString()
  return { text, exponent: text.length - places - 1 }
}

function roundedDigits({ text, exponent }: Digits, digits: number): Digits {
  const kept = text.slice(0, digits)
  if (!/[5-9]/.test(text[digits] ?? '')) return { text: kept, exponent }
  const up = (BigInt(kept) + 1n).toString()
  return up.length > kept.length ? { text: up.slice(0, -1), exponent: exponent + 1 } : { text: up, exponent }
}
