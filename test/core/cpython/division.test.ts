import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { integerQuotient } from '../../../core/cpython/division.ts'

describe('a quotient of integers', () => {
  // As CPython 3.11 prints them: `1 / 10**312`, and so on.
  it.each([
    [1n, 10n ** 312n, 1e-312],
    [1n, 10n ** 400n, 0],
    [-(10n ** 400n), 10n ** 395n, -100000],
    [10n ** 22n + 1n, 3n, 3.3333333333333335e21],
    [2n ** 1023n, 1n, 8.98846567431158e307],
    [10n ** 309n, 1n, Number.POSITIVE_INFINITY],
    [-(10n ** 400n), 7n, Number.NEGATIVE_INFINITY],
  ])('%d / %d is that of CPython: %d', (a, b, quotient) => {
    expect(integerQuotient(a, b)).toBe(quotient)
  })

  it('is the nearest float: no other is closer', () => {
    const integer = fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n })
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        fc.pre(a !== 0n && b !== 0n)
        const quotient = integerQuotient(a, b)
        for (const other of neighboursOf(quotient)) expect(distance(a, b, quotient) <= distance(a, b, other)).toBe(true)
      }),
    )
  })
})

/** The floats next to a normal one, which is not 0. */
function neighboursOf(value: number): readonly number[] {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)[0] ?? 0n
  return [bits - 1n, bits + 1n]
    .map((each) => new Float64Array(BigInt64Array.of(each).buffer)[0] ?? 0)
    .filter(Number.isFinite)
}

/** `|a - value * b|`, times 2^1200, which makes it an integer. */
function distance(a: bigint, b: bigint, value: number): bigint {
  const exponent = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) - 60
  const whole = BigInt(value / 2 ** exponent)
  const difference = (a << 1200n) - ((whole * b) << BigInt(1200 + exponent))
  return difference < 0n ? -difference : difference
}
