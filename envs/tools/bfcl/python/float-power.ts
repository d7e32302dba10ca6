import { finite, rounded } from './binary-float.ts'
import { fixedLn } from './logarithm.ts'
import { partsOf } from './rounding.ts'

/** Bits after the point: enough that the nearest float is never in doubt except at ties. */
const POINT = 192

/** Exponents up to which a whole power is computed exactly, ties included: 53 bits to this power stay small. */
const EXACT = 64

/**
 * `base ** exponent` of floats, rounded to nearest, as C libraries do except about one result in a hundred near a tie;
 * the one of JavaScript engines is off more often. `base` is positive; both are finite.
 */
export function positivePower(base: number, exponent: number): number {
  if (base === 0 || base === 1 || exponent === 0) return base ** exponent
  const estimate = base ** exponent
  if (estimate === 0 || !Number.isFinite(estimate) || estimate < 1e-300) return estimate
  if (Number.isInteger(exponent) && exponent > 0 && exponent <= EXACT) return wholePower(base, exponent)
  const { mantissa, exponent: shift } = partsOf(exponent)
  const scaled = fixedLn(finiteOf(base), POINT) * mantissa
  return expOf(shift >= 0 ? scaled << BigInt(shift) : scaled >> BigInt(-shift))
}

function wholePower(base: number, exponent: number): number {
  const { mantissa, exponent: shift } = partsOf(base)
  return nearest(mantissa ** BigInt(exponent), shift * exponent)
}

/** Float nearest to `mantissa * 2 ** shift`, halves to even. */
function nearest(mantissa: bigint, shift: number): number {
  const float = rounded(finite(mantissa, shift), 53)
  return Number(float.mantissa) * 2 ** Math.max(float.exponent, -1000) * 2 ** Math.min(float.exponent + 1000, 0)
}

const finiteOf = (value: number) => {
  const { mantissa, exponent } = partsOf(value)
  return finite(mantissa, exponent)
}

/** e^(value / 2^POINT), by e^(k ln 2 + r) = 2^k e^r. */
function expOf(value: bigint): number {
  const ln2 = fixedLn(finite(1n, 1), POINT)
  const power = value / ln2
  const one = 1n << BigInt(POINT)
  let [term, sum] = [one, one]
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = (term * (value - power * ln2)) / (n << BigInt(POINT))
    sum += term
  }
  return nearest(sum, Number(power) - POINT)
}
