import { integer, listOf, number, text } from '../../engine/parameters.ts'
import { PythonError } from '../../engine/python-error.ts'
import { type Api, error, method, optional } from '../api.ts'
import { absolute, add, divide, isReal, multiply, power, subtract, sum } from '../python/arithmetic.ts'
import { decimalRoot } from '../python/decimal-root.ts'
import { logarithmRatio } from '../python/logarithm.ts'
import { compare, equals, fail, iterate, len, toInt, truthy } from '../python/operations.ts'
import { round } from '../python/rounding.ts'
import { str } from '../python/text.ts'
import { dict, type Py, PyDict } from '../python/value.ts'

const result = (value: Py): PyDict => dict({ result: value })

/** A TypeError of Python, which these methods answer with a sentence. Other errors carry one of these starts. */
const NO_TYPE_ERROR =
  /^(\(34,|0\.0 cannot|int too large|integer division|division by zero|float division|rounded value|cannot convert|valid range|Exceeds|complex exponentiation|Python int)/

/** The result, or the sentence where Python raises a TypeError. */
function typed(message: string, compute: () => Py): PyDict {
  try {
    return result(compute())
  } catch (thrown) {
    if (!(thrown instanceof PythonError) || NO_TYPE_ERROR.test(thrown.message)) throw thrown
    return error(message)
  }
}

const TWO_NUMBERS = 'Both inputs must be numbers'
const ALL_NUMBERS = 'All elements in the list must be numbers'
const pair = { a: number('First number.'), b: number('Second number.') }
const numbers = { numbers: listOf(number('A number.'), 'The numbers.') }

const ofList = (name: string, what: string, description: string, compute: (numbers: Py) => Py) =>
  method(name, description, numbers, (_, list: Py) =>
    truthy(list) ? typed(ALL_NUMBERS, () => compute(list)) : error(`Cannot ${what} of an empty list`),
  )

const mean = (list: Py): Py => divide(sum(iterate(list)), BigInt(len(list)))

function deviation(list: Py): Py {
  const middle = mean(list)
  const squares = iterate(list).map((each) => power(subtract(each, middle), 2n))
  const variance = divide(sum(squares), BigInt(len(list)))
  return typeof variance === 'number' ? Math.sqrt(variance) : fail('must be real number')
}

/** The first of the least items, as `min` finds it. */
const extreme = (list: Py, operator: '<' | '>'): Py =>
  iterate(list).reduce((best, each) => (compare(each, operator, best) ? each : best))

function logarithm(value: Py, base: Py, precision: Py): PyDict {
  try {
    return result(logarithmRatio(value, base, toInt(precision)))
  } catch (thrown) {
    if (thrown instanceof PythonError) return error(thrown.message)
    throw thrown
  }
}

function squareRoot(value: Py, precision: Py): PyDict {
  const problem = 'Input must be a number or computation resulted in an invalid operation'
  try {
    if (compare(value, '<', 0n)) return error('Cannot calculate square root of a negative number')
    const digits = typeof precision === 'boolean' ? toInt(precision) : precision
    if (typeof digits !== 'bigint') return error(problem)
    return result(decimalRoot(typeof value === 'number' ? value : toInt(value), digits))
  } catch (thrown) {
    if (!(thrown instanceof PythonError) || NO_TYPE_ERROR.test(thrown.message)) throw thrown
    return error(problem)
  }
}

const METERS = new PyDict([
  ['km', 1000n],
  ['m', 1n],
  ['cm', 0.01],
  ['mm', 0.001],
  ['um', 1e-6],
  ['nm', 1e-9],
])

const TOO_LARGE = error('Conversion resulted in a value too large to represent')

/** The result, or a sentence where an `int` is too large for a `float`. */
function converted(compute: () => Py): PyDict {
  try {
    return result(compute())
  } catch (thrown) {
    if (thrown instanceof PythonError && thrown.message.startsWith('int too large')) return TOO_LARGE
    throw thrown
  }
}

const quoted = (unit: Py): string => `'${str(unit)}'`
const noConversion = (from: Py, to: Py): PyDict =>
  error(`Conversion from ${quoted(from)} to ${quoted(to)} is not supported`)

function siConversion(value: Py, from: Py, to: Py): PyDict {
  if (!isReal(value)) return error('Value must be a number')
  if (!METERS.has(from) || !METERS.has(to)) return noConversion(from, to)
  return converted(() => multiply(multiply(value, METERS.get(from) ?? 0n), divide(1n, METERS.get(to) ?? 1n)))
}

const FACTORS = new PyDict([
  ['cm_to_in', 0.393701],
  ['in_to_cm', 2.54],
  ['m_to_ft', 3.28084],
  ['ft_to_m', 0.3048],
  ['m_to_yd', 1.09361],
  ['yd_to_m', 0.9144],
  ['km_to_miles', 0.621371],
  ['miles_to_km', 1.60934],
  ['kg_to_lb', 2.20462],
  ['lb_to_kg', 0.453592],
  ['celsius_to_fahrenheit', 1.8],
  ['fahrenheit_to_celsius', 5 / 9],
])

function imperialConversion(value: Py, from: Py, to: Py): PyDict {
  if (!isReal(value)) return error('Value must be a number')
  if (equals(from, to)) return result(value)
  const key = `${str(from)}_to_${str(to)}`
  const factor = FACTORS.get(key)
  if (factor === undefined) return noConversion(from, to)
  if (key === 'celsius_to_fahrenheit') return converted(() => add(multiply(value, factor), 32n))
  return converted(() => multiply(key === 'fahrenheit_to_celsius' ? subtract(value, 32n) : value, factor))
}

const units = {
  value: number('Value to convert.'),
  unit_in: text('Unit of the value.'),
  unit_out: text('Unit to convert to.'),
}

/** Arithmetic without state. */
export const MathAPI: Api = {
  name: 'MathAPI',
  description: 'Arithmetic: sums, roots, logarithms, statistics and units.',
  load: null,
  methods: [
    method(
      'logarithm',
      'Logarithm of a number to a base, to a given number of digits.',
      { value: number('The number.'), base: number('The base.'), precision: integer('Digits of the result.') },
      (_, value: Py, base: Py, precision: Py) => logarithm(value, base, precision),
    ),
    ofList('mean', 'calculate mean', 'Mean of a list of numbers.', mean),
    ofList('standard_deviation', 'calculate standard deviation', 'Standard deviation of a list of numbers.', deviation),
    method(
      'si_unit_conversion',
      'Converts between km, m, cm, mm, um and nm.',
      units,
      (_, value: Py, from: Py, to: Py) => siConversion(value, from, to),
    ),
    method(
      'imperial_si_conversion',
      'Converts between metric and imperial units.',
      units,
      (_, value: Py, from: Py, to: Py) => imperialConversion(value, from, to),
    ),
    method('add', 'Sum of two numbers.', pair, (_, a: Py, b: Py) => typed(TWO_NUMBERS, () => add(a, b))),
    method('subtract', 'First number minus the second.', pair, (_, a: Py, b: Py) =>
      typed(TWO_NUMBERS, () => subtract(a, b)),
    ),
    method('multiply', 'Product of two numbers.', pair, (_, a: Py, b: Py) =>
      isReal(a) && isReal(b) ? result(multiply(a, b)) : error(TWO_NUMBERS),
    ),
    method('divide', 'First number divided by the second.', pair, (_, a: Py, b: Py) =>
      equals(b, 0n) ? error('Cannot divide by zero') : typed(TWO_NUMBERS, () => divide(a, b)),
    ),
    method(
      'power',
      'A number raised to a power.',
      { base: number('The base.'), exponent: number('The exponent.') },
      (_, base: Py, exponent: Py) => typed(TWO_NUMBERS, () => power(base, exponent)),
    ),
    method(
      'square_root',
      'Square root of a number, to a given number of digits.',
      { number: number('The number.'), precision: integer('Digits of the result.') },
      (_, value: Py, precision: Py) => squareRoot(value, precision),
    ),
    method('absolute_value', 'Absolute value of a number.', { number: number('The number.') }, (_, value: Py) =>
      typed('Input must be a number', () => absolute(value)),
    ),
    method(
      'round_number',
      'Rounds a number to a given number of decimal places.',
      { number: number('The number.'), decimal_places: optional(integer('Decimal places.'), () => 0n) },
      (_, value: Py, places: Py) =>
        typed('First input must be a number, second input must be an integer', () => round(value, places)),
    ),
    method(
      'percentage',
      'What percentage of the whole the part is.',
      { part: number('The part.'), whole: number('The whole.') },
      (_, part: Py, whole: Py) =>
        equals(whole, 0n)
          ? error('Whole value cannot be zero')
          : typed(TWO_NUMBERS, () => multiply(divide(part, whole), 100n)),
    ),
    ofList('min_value', 'find minimum', 'Least of a list of numbers.', (list) => extreme(list, '<')),
    ofList('max_value', 'find maximum', 'Greatest of a list of numbers.', (list) => extreme(list, '>')),
    ofList('sum_values', 'calculate sum', 'Sum of a list of numbers.', (list) => sum(iterate(list))),
  ],
}
