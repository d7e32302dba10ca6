import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { calculate } from '../../../envs/tools/engine/calculate.ts'
import { dumps } from '../../../envs/tools/engine/python-dict.ts'
import {
  add,
  centsOf,
  float,
  isFloat,
  negate,
  numberOf,
  readPythonJson,
  subtract,
  toPython,
} from '../../../envs/tools/engine/python-number.ts'
import { readPlainJson } from '../../support/json.ts'

describe('numbers of Python in plain JSON', () => {
  it.each([
    ['1', '1'],
    ['1.0', '1.0'],
    ['-0.0', '-0.0'],
    ['1e2', '100.0'],
    ['{"a": [1.0, 2], "b": {"2": 1, "10": 3.50, "1": "1.0"}}', '{"a": [1.0, 2], "b": {"2": 1, "10": 3.5, "1": "1.0"}}'],
    ['{"10": {"2": 0}, "x\\"y": "a: 1.0"}', '{"10": {"2": 0}, "x\\"y": "a: 1.0"}'],
  ])('read %s as Python does, in types and order', (text, dumped) => {
    expect(pythonJsonDumps(toPython(readPythonJson(text)))).toBe(dumped)
  })

  it('reads back what it writes, for any keys and texts', () => {
    const document = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('dict'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      dict: fc.dictionary(fc.oneof(fc.string(), fc.nat(99).map(String)), tie('value'), { maxKeys: 4 }),
    })).value
    fc.assert(
      fc.property(document, (value) => {
        const text = JSON.stringify(value)
        const read = readPythonJson(text)
        const dumped = pythonJsonDumps(toPython(read), { separators: { item: ',', key: ':' } })
        expect(readPlainJson(dumped)).toEqual(readPlainJson(text))
        expect(readPythonJson(dumped)).toEqual(read)
        expect(dumps([read])).toBe(pythonJsonDumps([toPython(read)]))
      }),
    )
  })

  it.each([
    ['["é\\n\\"\\\\", "\\u0000", "😀"]', '["\\u00e9\\n\\"\\\\", "\\u0000", "\\ud83d\\ude00"]'],
    [
      '[-0.0, 0, 1e300, 1.5, 2.0, 9007199254740991, true, null]',
      '[-0.0, 0, 1e+300, 1.5, 2.0, 9007199254740991, true, null]',
    ],
    ['{"10": {}, "2": [], "é": 1.0}', '{"10": {}, "2": [], "\\u00e9": 1.0}'],
  ])('answer of %s is json.dumps of it', (text, dumped) => {
    expect(dumps([readPythonJson(text)])).toBe(`[${dumped}]`)
  })

  it('stay ints among ints, and are floats as soon as one operand is', () => {
    expect(add(1, 2)).toBe(3)
    expect(add(1, float(2))).toEqual({ $float: 3 })
    expect(subtract(float(0.5), float(0.5))).toEqual({ $float: 0 })
    expect(isFloat(negate(5))).toBe(false)
    expect(numberOf(add(0.5, 1))).toBe(1.5)
  })

  it.each([
    [7.125, 7.12],
    [7.375, 7.38],
    [2.675, 2.67],
    [1.005, 1],
    [-7.125, -7.12],
    [1e21, 1e21],
  ])('round %d to hundredths as Python does: %d', (value, rounded) => expect(centsOf(value)).toBe(rounded))
})

describe('the calculator', () => {
  it.each([
    ['2 ** 0.5', '1.41'],
    ['10//3', '3.0'],
    ['-7/2', '-3.5'],
    ['-7//2', '-4.0'],
    ['77/7//0.1', '109.0'],
    ['2**3**2', '512.0'],
    ['-2**2', '-4.0'],
    ['99999999999999999999', '1e+20'],
    ['7/0', 'Error: division by zero'],
    ['7//0', 'Error: integer division or modulo by zero'],
    ['7.0/0', 'Error: float division by zero'],
    ['7.0//0', 'Error: float floor division by zero'],
    ['0**-1', 'Error: 0.0 cannot be raised to a negative power'],
    ['(-1)**0.5', "Error: float() argument must be a string or a real number, not 'complex'"],
    ['', 'Error: invalid syntax (<string>, line 0)'],
    ['5 5', 'Error: invalid syntax (<string>, line 1)'],
    ['(5 5)', 'Error: invalid syntax. Perhaps you forgot a comma? (<string>, line 1)'],
    ['(5', "Error: '(' was never closed (<string>, line 1)"],
    ['5)', "Error: unmatched ')' (<string>, line 1)"],
    ['5(3)', "Error: 'int' object is not callable"],
    ['()', "Error: float() argument must be a string or a real number, not 'tuple'"],
    ['()+1', 'Error: can only concatenate tuple (not "int") to tuple'],
    ['abc', 'Error: invalid characters in expression'],
    ['9**9**9**9', 'Error: int too large to convert to float'],
    ['1/10**312*10**308*10**6', '100.0'],
  ])('answers %s with %s', (expression, answer) => expect(calculate(expression)).toBe(answer))

  it('answers a leading zero and deep nesting with a sentence', () => {
    expect(calculate('007')).toMatch(/^Error: leading zeros/)
    expect(calculate('('.repeat(300))).toMatch(/^Error: too many nested/)
    expect(calculate('-'.repeat(50_000))).toMatch(/^Error: /)
  })

  it('agrees with plain arithmetic on sums and products of whole numbers', () => {
    const operand = fc.integer({ min: -999, max: 999 })
    fc.assert(
      fc.property(
        operand,
        fc.constantFrom('+', '-', '*'),
        operand,
        fc.constantFrom('+', '-', '*'),
        operand,
        (a, f, b, g, c) => {
          const expression = `(${a}) ${f} (${b}) ${g} (${c})`
          expect(Number(calculate(expression))).toBe(plain(a, f, b, g, c))
        },
      ),
    )
  })
})

/** By precedence, one operator after the other. */
function plain(a: number, f: string, b: number, g: string, c: number): number {
  const apply = (x: number, operator: string, y: number): number =>
    operator === '+' ? x + y : operator === '-' ? x - y : x * y
  const value = g === '*' && f !== '*' ? apply(a, f, apply(b, g, c)) : apply(apply(a, f, b), g, c)
  return value === 0 ? 0 : value
}
