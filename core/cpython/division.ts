/** Whether a float holds every integer up to this one. */
const isExact = (value: bigint): boolean => value >= -(2n ** 53n) && value <= 2n ** 53n

/**
 * `a / b` of integers as CPython computes it: the quotient, rounded once to the nearest float (ties to even).
 * @param b not 0
 * @returns Infinity or -Infinity beyond the range of floats, where CPython raises OverflowError; 0 for 0, never -0
 */
export function integerQuotient(a: bigint, b: bigint): number {
  if (isExact(a) && isExact(b)) return a === 0n ? 0 : Number(a) / Number(b)
  const value = wideQuotient(a < 0n ? -a : a, b < 0n ? -b : b)
  return a < 0n !== b < 0n ? -value : value
}

/** Where a float does not hold an operand: scaled to about 64 bits, with a sticky last one, so that one rounding is left. */
function wideQuotient(top: bigint, bottom: bigint): number {
  const shift = 64 + bottom.toString(2).length - top.toString(2).length
  const scaled = shift > 0 ? top << BigInt(shift) : top
  const divisor = shift > 0 ? bottom : bottom << BigInt(-shift)
  const whole = scaled / divisor
  return scaledFloat(scaled % divisor === 0n ? whole : whole | 1n, shift)
}

/** `value / 2^shift`, in two steps where one would overflow or be 0. */
function scaledFloat(value: bigint, shift: number): number {
  const half = Math.trunc(shift / 2)
  return Number(value) * 2 ** -half * 2 ** -(shift - half)
}
