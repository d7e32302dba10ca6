import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'
import { limitsOf } from '../../../server/limits.ts'
import { parseWire } from '../../../server/transport/json.ts'
import { almostJson, readPlainJson } from '../../support/json.ts'

const LIMITS = limitsOf({ frameDepth: 100 })
const DEPTH = LIMITS.frameDepth
const read = (text: string): unknown => parseWire(text, LIMITS)
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'none'
  } catch (thrown) {
    return thrown instanceof GymError ? thrown.code : String(thrown)
  }
}

/** Longer than any depth of the values made here, so that the slow reader reads it, not `JSON.parse`. */
const LONG_INTEGER = '1234567890123456'

describe('parseWire', () => {
  it('reads all JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text))
        expect(read(text)).toEqual(readPlainJson(text))
      }),
    )
  })

  it('reads all JSON as JSON.parse does if a long integer calls for the careful reader', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text))
        expect(read(`[${LONG_INTEGER},${text}]`)).toEqual(readPlainJson(`[${LONG_INTEGER},${text}]`))
      }),
    )
  })

  it('accepts and refuses what JSON.parse accepts and refuses, fast and careful alike', () => {
    fc.assert(
      fc.property(almostJson('a', '.', 'e', 'true', '0'), (text) => {
        const plain = codeOf(() => JSON.parse(text)) === 'none'
        const within = codeOf(() => JSON.parse(`[1,${text}]`)) === 'none'
        expect(codeOf(() => read(text))).toBe(plain ? 'none' : 'FRAME_INVALID')
        expect(codeOf(() => read(`[${LONG_INTEGER},${text}]`))).toBe(within ? 'none' : 'FRAME_INVALID')
        if (plain) expect(read(text)).toEqual(readPlainJson(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads the numbers that Python adds to JSON', () => {
    expect(read('[NaN, Infinity, -Infinity, 1e5, -0.5]')).toEqual([Number.NaN, Infinity, -Infinity, 1e5, -0.5])
    expect(read('{"a": "NaN Infinity"}')).toEqual({ a: 'NaN Infinity' })
  })

  it('keeps every digit of integers', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), (value) => {
        const got = read(`{"seed": ${value}}`) as { seed: number | bigint }
        expect(BigInt(got.seed)).toBe(value)
        expect(typeof got.seed).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint')
      }),
    )
  })

  it('takes __proto__ for a field like any other', () => {
    for (const text of ['{"__proto__": {"polluted": 1}}', `{"__proto__": {"polluted": ${LONG_INTEGER}}}`]) {
      const value = read(text) as object
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(Object.keys(value)).toEqual(['__proto__'])
      expect('polluted' in {}).toBe(false)
    }
  })

  it('stops at its depth, with brackets anywhere', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(codeOf(() => read(nested(DEPTH)))).toBe('none')
    expect(codeOf(() => read(nested(DEPTH + 1)))).toBe('FRAME_INVALID')
    expect(codeOf(() => read('['.repeat(1_000_000)))).toBe('FRAME_INVALID')
    expect(codeOf(() => read('{"a":'.repeat(1_000_000)))).toBe('FRAME_INVALID')
    expect(read(JSON.stringify(nested(500)))).toBe(nested(500))
    expect(read(`[${'{},'.repeat(500)}"${'\\\\'}"]`)).toHaveLength(501)
  })

  it('keeps lone surrogates, which Python writes as escapes', () => {
    expect(read('"\\ud800"')).toBe('\ud800')
  })

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":}',
    '{a:1}',
    "'a'",
    '01',
    '1.',
    '+1',
    'nan',
    'undefined',
    '"\n"',
    '"\\x"',
    '[1] 2',
    '-',
    '\u00a01',
  ])('refuses %j', (text) => {
    expect(codeOf(() => read(text))).toBe('FRAME_INVALID')
  })
})

describe('a frame over a limit', () => {
  const limits = limitsOf({ frameDepth: 10, frameMembers: 50, numberDigits: 20 })
  const code = (text: string): string => codeOf(() => parseWire(text, limits))

  it.each([
    ['members of a list', `[${'1,'.repeat(50)}1]`, `[${'1,'.repeat(48)}1]`],
    ['fields of objects', `{${'"a":1,'.repeat(50)}"b":1}`, `{${'"a":1,'.repeat(48)}"b":1}`],
    ['lists in lists', `[${'[],'.repeat(30)}[]]`, `[${'[],'.repeat(20)}[]]`],
    ['depth', '['.repeat(11) + ']'.repeat(11), '['.repeat(10) + ']'.repeat(10)],
    ['digits', `[${'9'.repeat(21)}]`, `[${'9'.repeat(20)}]`],
  ])('in %s is refused, and one within it is read', (_, over, within) => {
    expect(code(over)).toBe('FRAME_INVALID')
    expect(code(within)).toBe('none')
  })

  it('in fields is refused, and one within it is read, whatever stands in texts', () => {
    const few = limitsOf({ frameFields: 20 })
    const fields = (count: number): string =>
      `[${Array.from({ length: count }, (_, at) => `{"a:${at}":":::"}`).join()}]`
    expect(codeOf(() => parseWire(fields(20), few))).toBe('none')
    expect(() => parseWire(fields(21), few)).toThrow('more than 20 fields (frameFields)')
  })

  it('counts nothing within texts', () => {
    expect(code(JSON.stringify(['[{,'.repeat(100), '\\"[,'.repeat(100)]))).toBe('none')
  })
})
