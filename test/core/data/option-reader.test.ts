import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionReader } from '../../../core/data/option-reader.ts'

const read = new OptionReader('the mill')

describe('options of an owner', () => {
  it('are one of what is allowed, of the same kind', () => {
    expect(read.oneOf('size', ['small', 'large'], 'large')).toBe('large')
    expect(read.oneOf('level', [1, 2], 2)).toBe(2)
    for (const value of ['Large', '', 1, null, undefined, ['large']])
      expect(() => read.oneOf('size', ['small', 'large'], value)).toThrow(
        'option size of the mill is one of small, large, not',
      )
    expect(() => read.oneOf('level', [1, 2], '2')).toThrow('option level of the mill is one of 1, 2, not "2"')
  })

  it('are whole numbers within their range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (value, a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)]
        const isWithin = value >= least && value <= most
        const outcome = (): number => read.whole('stones', value, least, most)
        if (isWithin) expect(outcome()).toBe(value)
        else
          expect(outcome).toThrow(`option stones of the mill is a whole number from ${least} to ${most}, not ${value}`)
        expect(read.whole('stones', value)).toBe(value)
      }),
    )
  })

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '7', null, undefined, [7]])(
    'have no whole number %j',
    (value) => {
      expect(() => read.whole('stones', value)).toThrow('option stones of the mill is a whole number, not')
      expect(() => read.whole('stones', value, 1)).toThrow('is a whole number from 1, not')
    },
  )

  it('are text, empty or not', () => {
    expect(read.text('name', '')).toBe('')
    expect(() => read.text('name', 7)).toThrow('option name of the mill is text, not 7')
  })

  it('are refused as configuration', () => {
    expect(read.wrong('name', 'short', 'x')).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
