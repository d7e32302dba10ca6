import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectEqual, expectOnlyFields, recordsOf, VerifyMismatch } from '../../conformance/handler.ts'

const mismatchOf = (run: () => void): VerifyMismatch => {
  try {
    run()
  } catch (error) {
    if (error instanceof VerifyMismatch) return error
  }
  throw new Error('no mismatch was thrown')
}

describe('recordsOf', () => {
  it('reads lines that are not blank, and the items of an array', () => {
    expect([...recordsOf('{"a":1}\n\n2\n')].map(({ read }) => read())).toEqual([{ a: 1 }, 2])
    expect([...recordsOf('[{"a":1},\n2]')].map(({ index, read }) => [index, read()])).toEqual([
      [0, { a: 1 }],
      [1, 2],
    ])
  })

  it('gives a malformed line as a record that cannot be read, and continues after it', () => {
    const [first, second] = [...recordsOf('{"a"\n2')]
    expect(() => first?.read()).toThrow(SyntaxError)
    expect(second?.read()).toBe(2)
  })
})

describe('expectEqual', () => {
  it('agrees with any JSON value and its copy', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => expectEqual('', value, structuredClone(value))).not.toThrow()
      }),
    )
  })

  it('names the first path that differs, with both values', () => {
    const mismatch = mismatchOf(() => expectEqual('[3]', { a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }))
    expect(mismatch).toMatchObject({ path: '[3].a[1].b', expected: '"x"', got: '"y"' })
    expect(mismatch.message).toBe('[3].a[1].b: expected "x", got "y"')
  })

  it.each([
    [{ a: 1 }, {}],
    [{}, { a: 1 }],
    [[1], [1, 2]],
    [[], {}],
    [null, {}],
    [0, null],
    [1, '1'],
    [null, undefined],
  ])('distinguishes %j from %j', (expected, got) => {
    expect(() => expectEqual('x', expected, got)).toThrow(VerifyMismatch)
  })

  it('compares numbers within the tolerance only', () => {
    expectEqual('x', 1, 1.25, 0.25)
    expectEqual('x', Number.NaN, Number.NaN)
    expect(() => expectEqual('x', 1, 1.251, 0.25)).toThrow(VerifyMismatch)
    expect(() => expectEqual('x', 1, Number.NaN, 10)).toThrow(VerifyMismatch)
  })

  it('shows long texts from shortly before their first difference', () => {
    const start = 'a'.repeat(1000)
    const { expected, got } = mismatchOf(() => expectEqual('x', `${start}b${start}`, `${start}c`))
    expect(expected).toMatch(/^…\[from character 960\] "a{40}ba+… \(\d+ characters\)$/)
    expect(got).toBe(`…[from character 960] "${'a'.repeat(40)}c"`)
  })
})

describe('expectOnlyFields', () => {
  it('accepts checked fields, also if some are absent', () => {
    expect(() => expectOnlyFields('[0]', { a: 1 }, ['a', 'b'])).not.toThrow()
  })

  it('names a field that is not checked', () => {
    const mismatch = mismatchOf(() => expectOnlyFields('[0]', { a: 1, c: 1 }, ['a', 'b']))
    expect(mismatch).toMatchObject({ path: '[0].c', got: '"field not checked"' })
  })
})
