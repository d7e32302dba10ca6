import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonFloat, pythonRepr } from '../../../core/cpython/repr.ts'
import { PythonFloat, PythonTuple, type PythonValue } from '../../../core/cpython/value.ts'
import { cpython } from '../../support/cpython.ts'

describe('pythonRepr', () => {
  it.each(cpython.text)('writes the string $repr', ({ text, repr }) => {
    expect(pythonRepr(text)).toBe(repr)
  })

  it.each<readonly [repr: string, value: PythonValue]>([
    ['None', null],
    ['True', true],
    ['False', false],
    ['3', 3],
    ['-12', -12n],
    ['1000000000000000000000', 1e21],
    ['2.5', 2.5],
    ['-0.0', -0],
    ['3.0', new PythonFloat(3)],
    ['[]', []],
    ["[1, 'a', [None]]", [1, 'a', [null]]],
    ['()', new PythonTuple()],
    [`('color', "it's")`, new PythonTuple('color', "it's")],
    ['(1,)', new PythonTuple(1)],
    ['{}', {}],
    [`{"o'k": True, 'b': {'c': [0.1]}}`, { "o'k": true, b: { c: [0.1] } }],
    ["{'b': 1, '7': 2}", new Map(Object.entries({ b: 1 })).set('7', 2)],
  ])('writes %s', (repr, value) => {
    expect(pythonRepr(value)).toBe(repr)
  })
})

describe('pythonFloat', () => {
  it.each(cpython.float)('writes %d as %s', (value, repr) => {
    expect(pythonFloat(value)).toBe(repr)
  })

  it('writes values that are not numbers by name', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(pythonFloat)).toEqual([
      'nan',
      'inf',
      '-inf',
    ])
  })

  it('writes digits that read back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(pythonFloat(value))).toBe(value)
        expect(pythonFloat(value)).toMatch(/^-?\d+(\.\d+)?(e[+-]\d{2,})?$/)
        expect(pythonFloat(value)).toMatch(/[.e]/)
      }),
    )
  })
})
