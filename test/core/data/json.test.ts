import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_JSON_DEPTH, parseExactJson, parseJson } from '../../../core/data/json.ts'
import { almostJson, readPlainJson } from '../../support/json.ts'

/** The value, or the class of what was thrown. */
const outcomeOf = (read: () => unknown): unknown => {
  try {
    return { value: read() }
  } catch (thrown) {
    return thrown instanceof SyntaxError ? 'SyntaxError' : thrown
  }
}

/** Accepted or refused by `JSON.parse`, with the values of the plain reader, as `JSON.parse` may spoil keys. */
const expectedOutcome = (text: string): unknown =>
  outcomeOf(() => {
    JSON.parse(text)
    return readPlainJson(text)
  })

/** With the order of keys, and with the sign of 0: matchers look at `constructor`, which is a key here. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (Object.is(item, -0) ? '-0' : item))

/** Few keys, most of them with escapes, so that texts have keys of one another in other shapes. */
const key = fc.constantFrom('h', '', '\\', '"', '\n', 'a', 'é', '__proto__', 'constructor', '0', '\u2028', '\ud800')
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1e300, 1.5e-7, 'a\\"b', '{"', ':'),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** As other writers may: a letter as its escape, spaces between tokens. */
const written = fc.tuple(value, fc.boolean(), fc.constantFrom(0, 1, '\t')).map(([value, isEscaped, indent]) => {
  const text = JSON.stringify(value, null, indent).replaceAll('1e+300', '-0')
  return isEscaped ? text.replaceAll('h', '\\u0068').replaceAll('é', '\\u00e9') : text
})

describe('parseExactJson', () => {
  it('keeps every digit of an integer, as a text where a number cannot', () => {
    const text = '{"a":9007199254740993,"b":[-9007199254740995,9007199254740992],"c":0.12345678901234568,"d":1e20}'
    expect(parseExactJson(text)).toEqual({
      a: '9007199254740993',
      b: ['-9007199254740995', 9007199254740992],
      c: 0.12345678901234568,
      d: 1e20,
    })
    expect(() => parseExactJson('[12345678901234567890')).toThrow(SyntaxError)
  })

  it('reads any other text as parseJson does', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(parseExactJson(text)).toEqual(parseJson(text))))
  })
})

describe('parseJson', () => {
  it('reads what is written, independent of earlier texts', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 6 }), (texts) => {
        for (const text of texts) {
          outcomeOf(() => JSON.parse(text))
          expect(shown(parseJson(text))).toBe(shown(readPlainJson(text)))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('reads keys with an escape right after a text that spoils them for JSON.parse in some versions of Node.js', () => {
    const keys = ['\\\\', '\\"', '\\n', '\\t', '\\u0061', 'a', '', '\\/', '\\u00e9', 'é']
    for (const first of keys)
      for (const second of keys)
        for (const held of ['[]', '1', '{}', '"x"']) {
          JSON.parse(`{"h${held.length}":${held},"${first}":0}`)
          const [, name] = Object.keys(Object(parseJson(`{"h${held.length}":1,"${second}":2}`)))
          expect(name).toBe(JSON.parse(`"${second}"`))
        }
  })

  it('takes and refuses what JSON.parse takes and refuses', () => {
    fc.assert(
      fc.property(almostJson('\\"', '"\\n"', '"\\n":', '\u0001'), (text) => {
        for (const whole of [text, `{"\\u0061":${text}}`])
          expect(outcomeOf(() => parseJson(whole))).toStrictEqual(expectedOutcome(whole))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads numbers of any length, and texts around the length that is copied, as JSON.parse does', () => {
    const digits = fc.constantFrom('0', '00', '9', '.', 'e', 'E+', '-', '12345678901234', '123456789012345', '1e400')
    const number = fc.array(digits, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
    const text = fc.string({ minLength: 10, maxLength: 15 }).map((inner) => `"${inner}"`)
    fc.assert(
      fc.property(fc.oneof(number, text), fc.oneof(number, text), (first, second) => {
        const whole = `{"\\u0061":[${first} , ${second}],"abcdefghijkl":${first},"abcdefghijklm" : ${second}}`
        expect(outcomeOf(() => parseJson(whole))).toStrictEqual(expectedOutcome(whole))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads objects of more fields than are kept as a list', () => {
    for (const name of ['4294967294', 'x']) {
      const entries = Array.from({ length: 70_000 }, (_, at) => [`${(at * 7919) % 4_294_967}`, at] as const)
      const text = JSON.stringify(Object.fromEntries([[name, true], ...entries]))
      expect(parseJson(`${text.slice(0, -1)},"\\u0061":0}`)).toEqual({ ...JSON.parse(text), a: 0 })
    }
  })

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['objects whose keys have an escape', '{"\\u0061":', '}'],
  ])('refuses %s that are nested too deeply, and no others', (_, open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}${open === '[' ? '' : '0'}${close.repeat(depth)}`
    expect(parseJson(nested(MAX_JSON_DEPTH))).toBeTypeOf('object')
    for (const depth of [MAX_JSON_DEPTH + 1, 50_000, 1_000_000])
      expect(() => parseJson(nested(depth))).toThrow(/nested more than 256 deep at position/)
    expect(() => parseJson(nested(4), 3)).toThrow(SyntaxError)
    expect(parseJson(`[${Array(500).fill('[]').join(',')}]`, 2)).toHaveLength(500)
  })

  it('takes no brackets within texts for nesting', () => {
    expect(parseJson(`["${'[{'.repeat(1000)}\\""]`)).toEqual([`${'[{'.repeat(1000)}"`])
  })

  it('makes fields of names that objects have by themselves, and changes no prototype', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"\\u005f_proto__":{"a":1},"constructor":2}']) {
      const read = Object(parseJson(text))
      expect(Object.hasOwn(read, '__proto__')).toBe(true)
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
      expect('a' in read).toBe(false)
    }
  })
})
