import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonJsonDumps } from '../../../core/cpython/json.ts'
import { PythonFloat, PythonTuple } from '../../../core/cpython/value.ts'
import { cpython } from '../../support/cpython.ts'
import { readPlainJson } from '../../support/json.ts'

describe('pythonJsonDumps', () => {
  it.each(cpython.text)('writes the string $repr', ({ text, json, jsonUnicode }) => {
    expect(pythonJsonDumps(text)).toBe(json)
    expect(pythonJsonDumps(text, { ensureAscii: false })).toBe(jsonUnicode)
  })

  it('writes containers with the separators of Python', () => {
    const value = { b: [1, new PythonFloat(1), null, true, 2n ** 70n], a: new PythonTuple('x', 0.5) }
    expect(pythonJsonDumps(value)).toBe('{"b": [1, 1.0, null, true, 1180591620717411303424], "a": ["x", 0.5]}')
    expect(pythonJsonDumps(value, { separators: { item: ',', key: ':' }, sortKeys: true })).toBe(
      '{"a":["x",0.5],"b":[1,1.0,null,true,1180591620717411303424]}',
    )
    expect([pythonJsonDumps([]), pythonJsonDumps({})]).toEqual(['[]', '{}'])
  })

  it('sorts keys by code points', () => {
    expect(pythonJsonDumps({ '😀': 1, '\uffff': 2 }, { sortKeys: true, ensureAscii: false })).toBe(
      '{"\uffff": 2, "😀": 1}',
    )
  })

  it('writes floats that JSON does not know as Python does', () => {
    expect(pythonJsonDumps([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e16 + 0.5])).toBe(
      '[NaN, Infinity, -Infinity, 10000000000000000]',
    )
  })

  it('writes text that reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), fc.boolean(), (drawn, ensureAscii) => {
        const text = JSON.stringify(drawn)
        const value = readPlainJson(text)
        expect(JSON.stringify(readPlainJson(pythonJsonDumps(value, { ensureAscii })))).toBe(text)
      }),
    )
  })
})
