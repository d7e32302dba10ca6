import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PythonRandom } from '../../../../core/cpython/random.ts'
import { positivePower } from '../../../../envs/tools/bfcl/python/float-power.ts'
import { compareTexts, equals, splitLines } from '../../../../envs/tools/bfcl/python/operations.ts'
import { CountedRandom } from '../../../../envs/tools/bfcl/python/random.ts'
import { round } from '../../../../envs/tools/bfcl/python/rounding.ts'
import { fixed2, repr } from '../../../../envs/tools/bfcl/python/text.ts'
import { PyDict } from '../../../../envs/tools/bfcl/python/value.ts'
import { answer } from './support.ts'

/** Answers of CPython 3.11 and mpmath 1.3. */
const ANSWERS: readonly (readonly [string, string])[] = [
  ['logarithm(100, 10, 2)', "{'result': mpf('2.0')}"],
  ['logarithm(2.5, 10, 10)', "{'result': mpf('0.3979400086755')}"],
  ['logarithm(5, 3, 1)', "{'result': mpf('1.469')}"],
  ['logarithm(1e300, 2, 15)', "{'result': mpf('996.57842846620872')}"],
  ['logarithm(0.5, 0.1, 4)', "{'result': mpf('0.3010292')}"],
  ['logarithm(0, 10, 3)', "{'result': mpf('-inf')}"],
  ['logarithm(-5, 10, 3)', "{'result': mpc(real='0.698853', imag='1.36426')}"],
  ['logarithm(100, -10, 5)', "{'result': mpc(real='0.69892883', imag='-0.95360184')}"],
  ['logarithm(5, 10, -3)', "{'result': mpf('1.0')}"],
  ["logarithm('5', 2, 3)", "{'result': mpf('2.32178')}"],
  ['logarithm(5, 1, 3)', '{"error": ""}'],
  ["logarithm('a', 10, 2)", '{"error": "cannot create mpf from \'a\'"}'],
  ["logarithm('1/3', 2, 15)", "{'result': mpf('-1.5849625007211563')}"],
  ["logarithm(' -1 / 3 ', 2, 15)", "{'result': mpc(real='-1.5849625007211563', imag='4.5323601418271942')}"],
  ["logarithm('1/-3', '2', 15)", "{'result': mpc(real='-1.5849625007211563', imag='4.5323601418271942')}"],
  ["logarithm('1/0', 2, 15)", '{"error": ""}'],
  ["logarithm('1/2/3', 2, 15)", '{"error": "cannot create mpf from \'1/2/3\'"}'],
  ["logarithm('1_000', 10, 15)", "{'result': mpf('2.9999999999999996')}"],
  ["logarithm('+inf', -2, 15)", "{'result': mpc(real='+inf', imag='-inf')}"],
  ["logarithm('infinity', 2, 15)", '{"error": "cannot create mpf from \'infinity\'"}'],
  ['logarithm(-1e400, 6.0, 30)', "{'result': mpc(real='+inf', imag='1.75335624426379497411909665806661')}"],
  ['logarithm(-1e400, 1e400, 15)', "{'result': mpc(real='nan', imag='0.0')}"],
  ['logarithm(6, -1e400, 15)', "{'result': mpc(real='nan', imag='0.0')}"],
  ['logarithm(-6, -1e400, 15)', "{'result': mpc(real='nan', imag='nan')}"],
  ['logarithm(0, -2, 15)', "{'result': mpc(real='-inf', imag='+inf')}"],
  ["logarithm('x', 2, 1000000000000000000)", '{"error": "cannot create mpf from \'x\'"}'],
  ["logarithm(2, 'x', 9000)", '{"error": "cannot create mpf from \'x\'"}'],
  ["logarithm(115.6, 'x', 1000000000000000000000000000000)", '{"error": "too many digits in integer"}'],
  ['square_root(2, 10)', "{'result': Decimal('1.414213562')}"],
  ['square_root(16.0, 5)', "{'result': Decimal('4')}"],
  ['square_root(0.25, 5)', "{'result': Decimal('0.5')}"],
  ['square_root(2, 0)', 'Error during execution: valid range for prec is [1, MAX_PREC]'],
  ['square_root(-1, 5)', '{"error": "Cannot calculate square root of a negative number"}'],
  ['power(2, 100)', '{"result": 1267650600228229401496703205376}'],
  ['power(0.5, -0.5)', '{"result": 1.4142135623730951}'],
  ['power(-8, 0.5)', "{'result': (1.7319121124709868e-16+2.8284271247461903j)}"],
  ['power(-0.0, 900.5)', '{"result": 0.0}'],
  ['power(-0.0, 3)', '{"result": -0.0}'],
  ['power(0, -1)', 'Error during execution: 0.0 cannot be raised to a negative power'],
  ['power(0.0, -1e400)', '{"result": Infinity}'],
  ['power(-18, 316.3)', 'Error during execution: complex exponentiation'],
  [
    'square_root(420.0, 1000000000000000000000000000000)',
    'Error during execution: Python int too large to convert to C ssize_t',
  ],
  ['power(10.0, 400)', "Error during execution: (34, 'Numerical result out of range')"],
  ['round_number(2.675, 2)', '{"result": 2.67}'],
  ['round_number(2.5)', '{"result": 2.0}'],
  ['round_number(1250, -2)', '{"result": 1200}'],
  ['round_number(0.5, None)', '{"result": 0}'],
  ['divide(100000000000000000001, 3)', '{"result": 3.333333333333333e+19}'],
  ['add(1e16, 1)', '{"result": 1e+16}'],
  ['sum_values([0.1, 0.2, 1])', '{"result": 1.3}'],
  ["mean([1, 'a'])", '{"error": "All elements in the list must be numbers"}'],
  ['si_unit_conversion(1, "km", "cm")', '{"result": 100000.0}'],
]

describe('arithmetic of the MathAPI', () => {
  it.each(ANSWERS)('answers %s with %s', (call, expected) => {
    expect(answer('MathAPI', call)).toBe(expected)
  })

  it('rounds powers to nearest, as exact integer powers show', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4000 }), fc.integer({ min: 2, max: 12 }), (base, exponent) => {
        expect(positivePower(base, exponent)).toBe(Number(BigInt(base) ** BigInt(exponent)))
        expect(positivePower(base ** 2, 0.5)).toBe(base)
      }),
    )
  })

  it('rounds a power that lies in the middle of two floats to the even one', () => {
    expect(positivePower(3338, 5)).toBe(Number(3338n ** 5n))
  })

  it('rounds to places as the exact decimal value says', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 8 }),
        (value, places) => {
          const rounded = round(value, BigInt(places))
          const isTie = Number.isInteger(value * 2 ** (places + 1)) && !Number.isInteger(value * 2 ** places)
          if (!isTie) expect(rounded).toBe(Number(value.toFixed(places)) || value * 0)
          expect(Math.abs(Number(rounded) - value)).toBeLessThanOrEqual(0.5 * 10 ** -places * (1 + 1e-9) + 1e-7)
        },
      ),
    )
  })

  it.each([
    [1.125, '1.12'],
    [1.375, '1.38'],
    [2.675, '2.67'],
    [1e22, '10000000000000000000000.00'],
    [Infinity, 'inf'],
  ])('writes %d with two places as %s', (value, text) => expect(fixed2(value)).toBe(text))
})

describe('random numbers of an instance', () => {
  it('continue where the last call ended, as CPython’s do', () => {
    const whole = new CountedRandom(141053n, 0)
    const reference = new PythonRandom(141053)
    expect(whole.randint(100000, 999999)).toBe(BigInt(reference.randint(100000, 999999)))
    const later = new CountedRandom(141053n, whole.drawn)
    expect(later.uniform(-10, 40)).toBe(reference.uniform(-10, 40))
    expect(later.drawn).toBeGreaterThan(whole.drawn)
  })

  it('of more than 32 bits are those of CPython', () => {
    const random = new CountedRandom(42n, 0)
    expect(random.randint(100000000000, 999999999999)).toBe(SEED_42)
  })
})

/** `random.Random(42).randint(100000000000, 999999999999)` */
const SEED_42 = 223005401501n

describe('values of Python', () => {
  it('are equal across types of numbers, and within lists and dicts', () => {
    expect(equals([1n, true], [1, 1n])).toBe(true)
    expect(equals(2n ** 53n + 1n, 2 ** 53)).toBe(false)
    expect(equals(new PyDict([[1n, 'a']]), new PyDict([[1, 'a']]))).toBe(true)
    expect(equals('1', 1n)).toBe(false)
    expect(equals(Number.NaN, Number.NaN)).toBe(false)
  })

  it('are keys by value, whatever the type of number, and a list is not a key', () => {
    const dict = new PyDict([[1n, 'a']])
    dict.set(true, 'b')
    expect(repr(dict)).toBe("{1: 'b'}")
    expect(() => dict.get([])).toThrow("unhashable type: 'list'")
  })

  it('split lines at every end of line that Python knows', () => {
    expect(splitLines('a\r\nb\vc\u2028d\n')).toEqual(['a', 'b', 'c', 'd'])
    expect(splitLines('')).toEqual([])
    expect(splitLines('\n\n')).toEqual(['', ''])
  })

  it('order texts by code points', () => {
    expect(['\u{1f600}', '\uff5e', 'a'].toSorted(compareTexts)).toEqual(['a', '\uff5e', '\u{1f600}'])
  })
})
