import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCalls } from '../../../../envs/tools/bfcl/python/call-text.ts'
import { equals } from '../../../../envs/tools/bfcl/python/operations.ts'
import { fromStorage, toStorage } from '../../../../envs/tools/bfcl/python/storage.ts'
import { repr } from '../../../../envs/tools/bfcl/python/text.ts'
import { dict, type Py, PyDict, PyTuple } from '../../../../envs/tools/bfcl/python/value.ts'
import type { Value } from '../../../../envs/tools/engine/python-number.ts'

/** The value of one argument. */
const literal = (text: string): Py | undefined => parseCalls(`f(${text})`)?.[0]?.positional[0]

describe('calls written as Python', () => {
  it.each(['[f(1, b="x")]', 'f(1, b="x")', " `[ f( 1 , b = 'x' , ) ]` ", "f(\n  1,  # first\n  b='x')"])(
    'are read from %j',
    (text) => {
      expect(parseCalls(text)).toEqual([{ name: 'f', positional: [1n], named: new Map([['b', 'x']]) }])
    },
  )

  it('are read in order, with dots in their names', () => {
    expect(parseCalls('[a.b(), c()]')?.map(({ name }) => name)).toEqual(['a.b', 'c'])
    expect(parseCalls('[]')).toEqual([])
  })

  it.each([
    ['1', 1n],
    ['-1', -1n],
    ['1.0', 1],
    ['-0.0', -0],
    ['1e3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    ['1_000', 1000n],
    ['0x1f', 31n],
    ['0b11', 3n],
    ['00', 0n],
    ['12345678901234567890', 12345678901234567890n],
    ['True', true],
    ['None', null],
    ["'it\\'s'", "it's"],
    ['"a" \'b\'', 'ab'],
    ["r'\\n'", '\\n'],
    ["u'x'", 'x'],
    ["'''a\n'b'''", "a\n'b"],
    ["'\\x41\\u00e9\\U0001F600\\101\\q'", 'Aé😀A\\q'],
    ["''", ''],
    ['(1)', 1n],
    ['(1,)', new PyTuple([1n])],
    ['()', new PyTuple([])],
    ['[1, [2.0], (3,)]', [1n, [2], new PyTuple([3n])]],
    ["{'a': {1: None}}", dict({ a: new PyDict([[1n, null]]) })],
    ['{}', new PyDict()],
  ])('have the literal %s', (text, value) => {
    const found = literal(text)
    expect(found === undefined ? undefined : repr(found)).toBe(repr(value as Py))
  })

  it.each([
    'Hello.',
    'I moved the file (as you asked).',
    'f(x)',
    'f(1',
    'f(1))',
    'f(1) g(2)',
    'f(a=1, 2)',
    'f(a=1, a=2)',
    'f(1 + 2)',
    'f(g(1))',
    "f('a)",
    "f('a\nb')",
    "f(b'x')",
    'f(01)',
    'f(1x)',
    'f(*args)',
    'f({1})',
    "f('\\x4')",
    "f('\\N{DASH}')",
    'f({[]: 1})',
    `f(${'['.repeat(100)}${']'.repeat(100)})`,
    '',
    '[1]',
  ])('are not found in %j', (text) => expect(parseCalls(text) ?? []).toEqual([]))

  const py: fc.Arbitrary<Py> = fc.letrec<{ value: Py; list: Py; tuple: Py; dict: Py }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('tuple'),
      tie('dict'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    tuple: fc.array(tie('value'), { maxLength: 3 }).map((items) => new PyTuple(items)),
    dict: fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.bigInt({ min: -9n, max: 99n })), tie('value')), { maxLength: 4 })
      .map((entries) => new PyDict(entries)),
  })).value

  it('read back what Python writes for any value', () => {
    fc.assert(
      fc.property(py, (value) => {
        const found = literal(repr(value))
        expect(found === undefined ? 'nothing' : repr(found)).toBe(repr(value))
        expect(found !== undefined && equals(found, value)).toBe(true)
      }),
    )
  })

  it('and their values survive as plain JSON, with types of numbers and order of keys', () => {
    fc.assert(
      fc.property(py, (value) => {
        const stored: unknown = JSON.parse(JSON.stringify(toStorage(value)))
        expect(repr(fromStorage(stored as Value))).toBe(repr(value))
      }),
    )
  })

  it.each([
    ['spaces', `${' '.repeat(60_000)}x`],
    ['digits', `f(${'1'.repeat(60_000)}x)`],
    ['brackets', '['.repeat(60_000)],
    ['tuples', `f(${'(1,),'.repeat(10_000)}x)`],
    ['quotes', `f(${"''".repeat(30_000)}x)`],
    ['comments', `f(${'#'.repeat(60_000)}`],
  ])('are not found in a long run of %s', (_, text) => expect(parseCalls(text)).toBeNull())

  it('never fail on any text', () => {
    const piece = fc.constantFrom(
      'f',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      '=',
      ':',
      "'",
      '"',
      '\\',
      '1',
      '.',
      '-',
      ' ',
      '\n',
      '#',
      'x',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(text, (given) => {
        expect(() => parseCalls(given)).not.toThrow()
      }),
    )
  })
})
